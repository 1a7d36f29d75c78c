import { z } from "zod";
import type { EventType } from "../types.ts";
import { data, text } from "./shapes.ts";

/** What AI employees (Luna, Jade, Flora …) report. */
export const employeeEvents: readonly EventType[] = [
  {
    type: "ai_activity",
    aliases: ["ai:activity"],
    family: "employees",
    label: "AI employee activity",
    description:
      "An AI employee handled a call, a booking, an e-mail or a task; `ai_employee` is its bot_id when none is sent.",
    data: data({
      ai_employee: z.string().min(1).max(128).nullish(),
      activity_type: z.enum(["call", "booking", "email", "task"]),
      description: text.nullish(),
      customer: text.nullish(),
      sentiment_score: z.number().nullish(),
      performance_score: z.number().nullish(),
      outcome: text.nullish(),
    }),
    personal: ["customer", "description"],
    needs: [],
    example: {
      type: "ai_activity",
      contact_id: "caller-88",
      value: "120.00",
      data: {
        ai_employee: "luna",
        activity_type: "booking",
        description: "Booked a colour and cut for Friday",
        customer: "Dana",
        sentiment_score: 0.8,
        outcome: "booked",
      },
    },
  },
  {
    type: "metric_update",
    aliases: ["metrics:update"],
    family: "employees",
    label: "Reported metric",
    description:
      "A number that the bot computed itself, charted as reported; an envelope `value` is kept as `data.value`.",
    data: data({ metric: text.min(1), value: z.number() }),
    needs: [],
    example: { type: "metric_update", bot_id: "jade", data: { metric: "answer_quality", value: 0.93 } },
  },
];
