/** What the model would say of a contact if facts about it were others. It tells the model's answer, not what would come of it. */
import { type FeatureValue, type predict, whatIf } from "../analysis/conversion/model.ts";
import type { Asked, Framed, ReportParts } from "./common.ts";
import { framed } from "./common.ts";
import { maskedCell, maskedText } from "./personal.ts";
import { scoreContacts } from "./scored-contacts.ts";
import type { Plausible, Purpose } from "./scores/definition.ts";
import { type FactorFigure, factorFigure } from "./scores/figure.ts";
import { figureOf, type ModelFigure, modelInForce } from "./scores/models.ts";

export interface WhatIfAsked extends Asked {
  purpose: Purpose;
  contact_id: string;
  changes: Readonly<Record<string, FeatureValue>>;
}

export interface Outlook {
  probability: number;
  level: "low" | "medium" | "high";
  logit: number;
}

export interface WhatIfReport {
  framed: Framed;
  contact_id: string;
  location_id: string;
  model: ModelFigure;
  before: Outlook;
  after: Outlook;
  /** One a change. */
  deltas: readonly {
    factor: string;
    label: string;
    from: FeatureValue;
    to: FeatureValue;
    phi_before: number;
    phi_after: number;
  }[];
  /** Every factor as it is, with values that others had. */
  factors: readonly (FactorFigure & { plausible: Plausible })[];
}

/** A string says why it cannot be answered; `field`: which change is wrong. */
export type Answered = WhatIfReport | { refused: string; field: string | null };

export async function whatIfReport(parts: ReportParts, asked: WhatIfAsked): Promise<Answered> {
  const { purpose, contact_id, changes, personal = false } = asked;
  const resolved = await framed(parts, asked);
  const { contacts, reason } = await scoreContacts(parts, resolved, { purpose, contact_id });
  const [contact] = contacts;
  const known = contact && modelInForce(parts.control, contact.location_id, purpose);
  if (!contact || !known) return { refused: reason ?? "It is not scored.", field: null };
  const { model, definition } = known;
  const row = model.specs.map(({ name }) => contact.known(name));
  for (const [name, value] of Object.entries(changes)) {
    const spec = model.specs.find((one) => one.name === name);
    if (!spec) return { refused: "The model knows no such factor.", field: name };
    if (value !== null && (spec.kind === "number") !== (typeof value === "number"))
      return { refused: `This factor is a ${spec.kind}.`, field: name };
  }
  const { before, after, deltas } = whatIf(model, row, changes);
  const shown = (value: FeatureValue): FeatureValue => (personal ? value : maskedCell(value));
  return {
    framed: resolved,
    contact_id: personal ? contact_id : maskedText(contact_id),
    location_id: contact.location_id,
    model: figureOf(known),
    before: outlookOf(before),
    after: outlookOf(after),
    deltas: deltas.map(({ name, phi_before, phi_after }) => {
      const { label = name } = model.specs.find((spec) => spec.name === name) ?? {};
      return {
        factor: name,
        label,
        from: shown(contact.known(name)),
        to: shown(changes[name] ?? null),
        phi_before,
        phi_after,
      };
    }),
    factors: before.contributions.map((contribution) => ({
      ...factorFigure(contribution, personal),
      plausible: maskedPlausible(definition.plausible[contribution.name] ?? { kind: "number", values: [] }, personal),
    })),
  };
}

function outlookOf({ probability, level, logit }: ReturnType<typeof predict>): Outlook {
  return { probability, level, logit };
}

function maskedPlausible(plausible: Plausible, personal: boolean): Plausible {
  if (personal || plausible.kind === "number") return plausible;
  return { kind: "category", values: plausible.values.map((value) => maskedText(value)) };
}
