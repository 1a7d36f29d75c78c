import type { EventType } from "../types.ts";
import { data, text } from "./shapes.ts";

/** What comes from the CRM (GoHighLevel). */
export const crmEvents: readonly EventType[] = [
  {
    type: "ghl_contact_synced",
    family: "crm",
    label: "Contact synced",
    description: "A contact was copied from or to GoHighLevel.",
    data: data(),
    needs: [],
    example: { type: "ghl_contact_synced", contact_id: "contact-17" },
  },
  {
    type: "ghl_custom_field_updated",
    family: "crm",
    label: "Custom field updated",
    description: "A custom field of a contact was set.",
    data: data({ field: text, value_text: text.nullish() }),
    personal: ["value_text"],
    needs: [],
    example: {
      type: "ghl_custom_field_updated",
      contact_id: "contact-17",
      data: { field: "seller_temperature", value_text: "hot" },
    },
  },
  {
    type: "ghl_tag_added",
    family: "crm",
    label: "Tag added",
    description: "A contact got a tag.",
    data: data({ tag: text }),
    needs: [],
    example: { type: "ghl_tag_added", contact_id: "contact-17", data: { tag: "hot-seller" } },
  },
  {
    type: "ghl_webhook_received",
    family: "crm",
    label: "Webhook received",
    description: "GoHighLevel called a webhook.",
    data: data({ kind: text.nullish() }),
    needs: [],
    example: { type: "ghl_webhook_received", data: { kind: "ContactUpdate" } },
  },
];
