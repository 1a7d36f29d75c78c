/** Contacts examined at moments: one question over the events before each, told in packets that are quick to read. */
import { z } from "zod";
import type { FeatureValue } from "../../analysis/conversion/model.ts";
import { bound } from "../../store/query/binds.ts";
import { instantSql } from "../../store/query/time.ts";
import type { Store } from "../../store/store.ts";
import type { Param } from "../../store/values.ts";
import { type Extra, featureItems, featureSpecs, fieldsSql } from "./features.ts";

/** What was known of a contact before a moment. */
export interface Examined {
  contact_id: string;
  /** Microseconds. */
  t: number;
  /** What became of it; false where that is not known yet. */
  outcome: boolean;
  /** Its last event before the moment. */
  last: number;
  /** In the order of featureSpecs. */
  values: readonly FeatureValue[];
}

export interface Examination {
  location_id: string;
  /** Money in others does not count. */
  currency: string;
  extras: readonly Extra[];
  /** Bound values; `points` may have bound its own. */
  params: Param[];
  /** SQL of (contact_id, t, at_entry, outcome); where at_entry, the entry event of that very moment is known as well. */
  points: string;
  /** SQL of a bound list of types. */
  entry: string;
  /** Of all points: the first and the last moment. */
  from: number;
  to: number;
}

const DAY = 86_400_000_000;
/** What is older says little, and need not be read. */
const LOOK_BACK_US = 400 * DAY;
/** Contacts in one packet: read in less than two milliseconds. */
const PACKET = 100;

const packetShape = z.array(
  z
    .tuple([z.string(), z.number(), z.boolean(), z.number().nullable()], z.union([z.number(), z.string(), z.null()]))
    .transform(
      ([contact_id, t, outcome, last, ...values]): Examined => ({
        contact_id,
        t,
        outcome,
        last: last ?? t,
        values,
      }),
    ),
);

/** In the order of moments and contacts. Others run between the packets. */
export async function* examined(
  store: Store,
  { location_id, currency, extras, params, points, entry, from, to }: Examination,
  signal?: AbortSignal,
): AsyncGenerator<readonly Examined[]> {
  const where =
    `location_id = ${bound(params, location_id)} AND time >= ${instantSql(from - LOOK_BACK_US)} AND time <= ${instantSql(to)} ` +
    "AND contact_id IN (SELECT contact_id FROM points)";
  const width = Array.from({ length: featureSpecs(extras).length }, (_, index) => `f${index}`).join(", ");
  const packets = await store.rows<{ packet: string }>(
    `WITH points AS MATERIALIZED (${points}),
     seen AS MATERIALIZED (${fieldsSql(extras, bound(params, currency), where)}),
     known AS (
       SELECT p.contact_id, p.t, p.outcome, max(e.time) AS last, ${featureItems(extras)}
       FROM points AS p JOIN seen AS e ON e.contact_id = p.contact_id
       WHERE e.time < p.t OR (p.at_entry AND e.time = p.t AND list_contains(${entry}, e.type))
       GROUP BY p.contact_id, p.t, p.outcome),
     numbered AS (SELECT *, (row_number() OVER (ORDER BY t, contact_id) - 1) // ${PACKET} AS number FROM known)
     SELECT '[' || string_agg(json_array(contact_id, epoch_us(t), outcome, epoch_us(last), ${width})::VARCHAR, ',' ORDER BY t, contact_id) || ']' AS packet
     FROM numbered GROUP BY number ORDER BY number`,
    params,
    signal,
  );
  for (const { packet } of packets) {
    yield packetShape.parse(JSON.parse(packet));
    await Bun.sleep(0);
  }
}
