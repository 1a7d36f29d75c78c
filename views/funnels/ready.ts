import type { StepText } from "./steps-text.ts";

/** Funnels that many teams look at first. */
export interface ReadyFunnel {
  label: string;
  steps: readonly StepText[];
  window: string;
}

const plain = (...types: readonly string[]): readonly StepText[] => types.map((type) => ({ type, filters: [] }));
const answered = (count: number): StepText => ({
  type: "jorge_qualification_progress",
  filters: [`data.questions_answered:gte:${count}`],
});

const LEADS: ReadyFunnel = {
  label: "Lead to conversion",
  steps: plain("lead_created", "lead_qualified", "lead_converted"),
  window: "30d",
};
export const READY: readonly ReadyFunnel[] = [
  LEADS,
  { label: "Q1 to Q4", steps: [1, 2, 3, 4].map(answered), window: "14d" },
  { label: "Lead to deal", steps: plain("lead_created", "lead_qualified", "deal_closed"), window: "90d" },
  { label: "Call to booking", steps: plain("call_answered", "booking_created", "booking_completed"), window: "30d" },
  {
    label: "Conversation to lead",
    steps: plain("conversation_started", "lead_created", "lead_qualified"),
    window: "7d",
  },
];

/** What is shown before anybody chose. */
export const USUAL_FUNNEL = LEADS;
