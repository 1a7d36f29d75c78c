import { z } from "zod";
import type { EventType } from "../types.ts";
import { count, data, text } from "./shapes.ts";

/** Money in and out. Amounts are exact: send them as text ("450000.00") or as numbers of up to 15 digits. */
export const moneyEvents: readonly EventType[] = [
  {
    type: "deal_closed",
    family: "money",
    label: "Deal closed",
    description: "A deal was won; its value counts as revenue and earns commission.",
    data: data(),
    needs: ["value"],
    example: {
      type: "deal_closed",
      bot_id: "seller-bot",
      contact_id: "contact-17",
      value: "450000.00",
      currency: "USD",
      data: { zipcode: "98103" },
    },
  },
  {
    type: "order_placed",
    family: "money",
    label: "Order placed",
    description: "An order, or one line of it, was placed; lines of one order share a conversation_id.",
    data: data(),
    needs: ["value"],
    example: {
      type: "order_placed",
      contact_id: "customer-17850",
      conversation_id: "order-536365",
      value: "15.30",
      currency: "GBP",
      data: { sku: "85123A" },
    },
  },
  {
    type: "payment_received",
    family: "money",
    label: "Payment received",
    description: "Money came in.",
    data: data(),
    needs: ["value"],
    example: { type: "payment_received", contact_id: "contact-17", value: "2500.00", currency: "USD" },
  },
  {
    type: "refund_issued",
    family: "money",
    label: "Refund issued",
    description: "Money was given back; it is stored as minus the absolute value, whichever sign was sent.",
    data: data(),
    needs: ["value"],
    example: {
      type: "refund_issued",
      contact_id: "customer-17850",
      conversation_id: "order-536365",
      value: "15.30",
      currency: "GBP",
    },
  },
  {
    type: "cost_incurred",
    family: "money",
    label: "Cost incurred",
    description: "The bots' work cost something: model tokens, telephone minutes, advertising.",
    data: data({
      kind: z.enum(["llm", "telephony", "ads", "other"]).nullish(),
      tokens_in: count.nullish(),
      tokens_out: count.nullish(),
      model: text.nullish(),
    }),
    needs: ["value"],
    example: {
      type: "cost_incurred",
      bot_id: "intent-decoder",
      value: "0.0042",
      currency: "USD",
      data: { kind: "llm", tokens_in: 812, tokens_out: 96, model: "small-1" },
    },
  },
];
