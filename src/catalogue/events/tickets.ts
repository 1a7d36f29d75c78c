import { z } from "zod";
import type { EventType } from "../types.ts";
import { data, text, textOrNumber } from "./shapes.ts";

/** Support tickets; `conversation_id` is the ticket. */
export const ticketEvents: readonly EventType[] = [
  {
    type: "ticket_created",
    family: "tickets",
    label: "Ticket created",
    description: "A ticket was opened.",
    data: data({ priority: textOrNumber.nullish() }),
    needs: [],
    example: {
      type: "ticket_created",
      contact_id: "caller-88",
      conversation_id: "ticket-42",
      data: { priority: "high" },
    },
  },
  {
    type: "ticket_updated",
    family: "tickets",
    label: "Ticket updated",
    description: "A ticket changed its state.",
    data: data({ state: text.nullish() }),
    needs: [],
    example: { type: "ticket_updated", conversation_id: "ticket-42", data: { state: "waiting" } },
  },
  {
    type: "ticket_resolved",
    family: "tickets",
    label: "Ticket resolved",
    description: "A ticket was solved; `duration_ms` is the time that took.",
    data: data({ sla_met: z.boolean().nullish() }),
    needs: [],
    example: {
      type: "ticket_resolved",
      bot_id: "jade",
      conversation_id: "ticket-42",
      duration_ms: 5400000,
      data: { sla_met: true },
    },
  },
  {
    type: "ticket_closed",
    family: "tickets",
    label: "Ticket closed",
    description: "A ticket was closed for good.",
    data: data(),
    needs: [],
    example: { type: "ticket_closed", conversation_id: "ticket-42" },
  },
  {
    type: "ticket_reopened",
    family: "tickets",
    label: "Ticket reopened",
    description: "A solved or closed ticket came back.",
    data: data(),
    needs: [],
    example: { type: "ticket_reopened", conversation_id: "ticket-42" },
  },
];
