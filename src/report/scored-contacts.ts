/**
 * Contacts with scores: open leads that may convert, buyers that may be lost, each with what its probability rests on.
 * It must never score with what came at the moment or after it, nor call anything a probability that no model was held to.
 */
import { type FeatureValue, type Prediction, predict } from "../analysis/conversion/model.ts";
import { bound } from "../store/query/binds.ts";
import { checkFields, scopeOf, visibleSql, withinSql } from "../store/query/scope.ts";
import type { Param } from "../store/values.ts";
import type { Framed, ReportParts } from "./common.ts";
import { quarterOf } from "./history.ts";
import { type Definition, type Purpose, USUAL } from "./scores/definition.ts";
import { examined } from "./scores/examine.ts";
import { featureSpecs, pickerOf } from "./scores/features.ts";
import { type KnownModel, type ModelFigure, modelFigure, modelInForce } from "./scores/models.ts";
import { pointsSql } from "./scores/points.ts";

export interface ScoredContact {
  contact_id: string;
  location_id: string;
  /** Its last event; microseconds. */
  last: number;
  probability: number;
  level: Prediction["level"];
  known: Known;
  /** What the probability rests on: worked out for those that are shown, as there may be thousands. */
  explain(): Prediction;
}

/** A feature by its name, those included that the model does not look at; null for what is not known. */
export type Known = (feature: string) => FeatureValue;

export interface Scored {
  /** One a location: what scored it, or why nothing did. */
  models: readonly ModelFigure[];
  /** Contacts that there are, and of those how many were scored: the last heard of. */
  considered: number;
  /** The most probable first. */
  contacts: readonly ScoredContact[];
  /** Why none is scored. */
  reason: string | null;
}

export interface ScoringAsked {
  purpose: Purpose;
  /** The moment; microseconds. Left out: the end of the timeframe, or now. */
  t?: number;
  /** This contact alone, wherever in time it was heard last. */
  contact_id?: string;
}

const DAY = 86_400_000_000;
/** Of one location. */
const SCORED_MAX = 10_000;
/** Leads of the timeframe, and of its last so many days. */
const LEADS_DAYS_MAX = 90;

/** With each location's own model. Throws a QuestionFault for filters that name what does not exist. */
export async function scoreContacts(parts: ReportParts, framed: Framed, asked: ScoringAsked): Promise<Scored> {
  const { control } = parts;
  const { locations } = framed.scope;
  checkFields({ ...framed.scope, kpis: [], by: [], grain: null });
  const all = control.locations().map(({ location_id }) => location_id);
  const seen = locations === null ? all : all.filter((location_id) => locations.includes(location_id));
  const models: ModelFigure[] = [];
  const contacts: ScoredContact[] = [];
  let considered = 0;
  for (const location_id of seen) {
    const model = modelInForce(control, location_id, asked.purpose);
    const own = model ? await scoredIn(parts, framed, asked, model) : [];
    const known = asked.contact_id !== undefined || (own.length > 0 && own.length < SCORED_MAX);
    const count = known ? own.length : await countIn(parts, framed, asked, location_id);
    considered += count;
    for (const contact of own) contacts.push(contact);
    if (model || count > 0 || seen.length === 1) models.push(modelFigure(control, location_id, asked.purpose));
  }
  contacts.sort(
    (one, other) =>
      other.probability - one.probability || other.last - one.last || (one.contact_id < other.contact_id ? -1 : 1),
  );
  return { models, considered, contacts, reason: contacts.length > 0 ? null : reasonOf(asked, models, considered) };
}

async function scoredIn(
  parts: ReportParts,
  framed: Framed,
  asked: ScoringAsked,
  { kept, definition, model }: KnownModel,
): Promise<readonly ScoredContact[]> {
  const { location_id } = kept;
  const pick = pickerOf(model.specs, definition.extras);
  const scored: ScoredContact[] = [];
  for await (const { values, ...contact } of knownContacts(parts, framed, asked, location_id, definition)) {
    const explain = (): Prediction => predict(model, pick(values));
    const { probability, level } = explain();
    scored.push({ ...contact, location_id, probability, level, explain });
  }
  return scored;
}

/** The contacts that a score is about, with what was known of them before the moment. */
export async function* knownContacts(
  { store }: ReportParts,
  framed: Framed,
  asked: ScoringAsked,
  location_id: string,
  definition: Omit<Definition, "known_to" | "plausible">,
): AsyncGenerator<Pick<ScoredContact, "contact_id" | "last" | "known"> & { values: readonly FeatureValue[] }> {
  const t = asked.t ?? quarterOf(framed);
  const { params, points } = pointsOf(framed, asked, location_id, t, definition);
  const { currency, extras, entry } = definition;
  const examination = { location_id, currency, extras, params, points, entry: bound(params, entry), from: t, to: t };
  const places = new Map(featureSpecs(extras).map(({ name }, index) => [name, index]));
  for await (const packet of examined(store, examination, framed.scope.signal))
    for (const { contact_id, last, values } of packet)
      yield { contact_id, last, values, known: (feature) => values[places.get(feature) ?? -1] ?? null };
}

async function countIn(
  { store, control }: ReportParts,
  framed: Framed,
  asked: ScoringAsked,
  location_id: string,
): Promise<number> {
  const t = asked.t ?? quarterOf(framed);
  const definition = modelInForce(control, location_id, asked.purpose)?.definition ?? USUAL[asked.purpose];
  const { params, points } = pointsOf(framed, asked, location_id, t, definition, Number.MAX_SAFE_INTEGER);
  const [row] = await store.rows<{ count: number }>(
    `SELECT count(*) AS count FROM (${points})`,
    params,
    framed.scope.signal,
  );
  return row?.count ?? 0;
}

function pointsOf(
  framed: Framed,
  { purpose, contact_id }: ScoringAsked,
  location_id: string,
  t: number,
  definition: Parameters<typeof pointsSql>[1],
  most = SCORED_MAX,
): { params: Param[]; points: string } {
  const { from, to } = framed.scope;
  const back = purpose === "conversion" ? Math.min(LEADS_DAYS_MAX, (to - from) / DAY) : definition.horizon_days;
  const scope = scopeOf({ ...framed.scope, locations: [location_id], kpis: [], by: [], grain: null });
  const { params } = scope;
  const within = `SELECT contact_id FROM events WHERE contact_id IS NOT NULL AND ${withinSql("time", t - back * DAY, t)}`;
  const among =
    contact_id === undefined
      ? `${within} AND ${visibleSql(scope)}`
      : `SELECT ${bound(params, contact_id)}::VARCHAR AS contact_id`;
  return { params, points: pointsSql(purpose, definition, { params, location_id, t, among, most }) };
}

function reasonOf({ purpose, contact_id }: ScoringAsked, models: readonly ModelFigure[], considered: number): string {
  const [only, ...others] = models;
  if (only && others.length === 0 && only.version === null) return only.reason ?? "There is no model.";
  if (models.length > 0 && models.every(({ version }) => version === null))
    return `None of the ${models.length} locations has a model yet.`;
  if (contact_id !== undefined || considered > 0) return "It is not one of those that are scored now.";
  return purpose === "conversion"
    ? "There is no open lead in the timeframe."
    : "Nobody bought in the period that ends now.";
}
