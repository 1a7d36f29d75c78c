/**
 * One channel as this side knows it: the snapshot with all changes merged, and the number of the last frame.
 * It must never take a frame twice, nor go on over a gap.
 */
const RECENT_MAX = 50;
/** Of these the data is what happened, not how things are. */
const HAPPENED = new Set(["ai:activity", "alert"]);

export function createChannel(channel, handlers) {
  let seq = null;
  let data = {};
  /** Behind which frame the missing ones were asked for; null when nothing is missing. */
  let asked_behind = null;

  function tell(frame) {
    if (frame.type === "ai:activity") handlers.onActivity?.(frame.data.events, frame);
    else if (frame.type === "alert") handlers.onAlert?.(frame.data.alerts, frame);
    handlers.onFrame?.(frame);
    if (frame.type !== "alert") handlers.onData?.(data, frame);
  }

  return {
    channel,
    handlers,
    get seq() {
      return seq;
    },
    get data() {
      return data;
    },
    /** "taken", "known" (came before), or "gap": ask for what lies behind `seq`. */
    take(frame) {
      if (frame.type === "metrics:initial") {
        seq = frame.seq;
        data = frame.data;
        asked_behind = null;
        tell(frame);
        return "taken";
      }
      if (seq === null || frame.seq <= seq) return "known";
      if (frame.seq > seq + 1) {
        if (asked_behind === seq) return "known";
        asked_behind = seq;
        return "gap";
      }
      seq = frame.seq;
      asked_behind = null;
      data = HAPPENED.has(frame.type) ? happened(data, frame) : merged(data, frame.data);
      tell(frame);
      return "taken";
    },
    /** The server says how far it is; true when that is further than what came. */
    isBehind: (frame) => seq !== null && frame.seq > seq,
  };
}

/** Sections of entries: what is named replaces what was, null takes it away. */
function merged(data, changes) {
  const next = { ...data };
  for (const [section, entries] of Object.entries(changes)) {
    const own = { ...next[section], ...entries };
    for (const [key, value] of Object.entries(entries)) if (value === null) delete own[key];
    next[section] = own;
  }
  return next;
}

function happened(data, frame) {
  if (frame.type !== "ai:activity" || !data.activity) return data;
  const recent = [...frame.data.events.toReversed(), ...data.activity.recent].slice(0, RECENT_MAX);
  return { ...data, activity: { ...data.activity, recent } };
}
