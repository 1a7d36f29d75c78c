/** What was noticed about a bot, and the alerts about it. */

import type { Unit } from "../../catalogue/types.ts";
import type { AlertRow } from "../../control/alerts.ts";
import type { Control } from "../../control/control.ts";
import type { NoticedAnomaly } from "../../control/noticed.ts";
import { knownKpi } from "../custom-kpis.ts";
import { maskedText } from "../personal.ts";

export interface NoticedOfBot {
  anomaly: NoticedAnomaly;
  label: string;
  unit: Unit;
}

export interface Trouble {
  /** Newest first; what came to nothing is left out. */
  anomalies: readonly NoticedOfBot[];
  /** Open ones first. */
  alerts: readonly AlertRow[];
}

const SINCE = 30 * 86_400_000_000;
const NOTICED_MAX = 500;
const SHOWN_MAX = 8;

/** Of the last 30 days, whatever the timeframe: what is wrong is wrong now. */
export function troubleOf(
  control: Control,
  locations: readonly string[] | null,
  bot_id: string,
  { now, personal }: { now: number; personal: boolean },
): Trouble {
  const whose = locations ?? control.locations().map(({ location_id }) => location_id);
  const anomalies = whose
    .flatMap((location_id) => control.noticedAnomalies(location_id, now - SINCE, NOTICED_MAX))
    .filter((one) => one.bot_id === bot_id && one.state !== "withdrawn")
    .toSorted((one, other) => other.t - one.t)
    .slice(0, SHOWN_MAX)
    .flatMap((anomaly): NoticedOfBot[] => {
      const kpi = knownKpi(
        control,
        { location_id: anomaly.location_id, locations: [anomaly.location_id] },
        anomaly.kpi,
      );
      return kpi ? [{ anomaly, label: kpi.label, unit: kpi.unit }] : [];
    });
  const alerts = control.alerts({ locations, bot_id, from: now - SINCE, limit: SHOWN_MAX });
  const open = control.alerts({ locations, bot_id, open: true, limit: SHOWN_MAX });
  const shown = [...open, ...alerts.filter(({ ended_at }) => ended_at !== null)].slice(0, SHOWN_MAX);
  return { anomalies, alerts: personal ? shown : shown.map(masked) };
}

function masked(alert: AlertRow): AlertRow {
  const { title, text, bot_id } = alert;
  return {
    ...alert,
    title: maskedText(title),
    text: maskedText(text),
    bot_id: bot_id && maskedText(bot_id),
    facts: {},
  };
}
