/** What is planted in the demo, so that there is something to find. Days count from the demo's first day; the last of its history is 89. */
export interface Mood {
  /** Times the usual number of leads. */
  leads: number;
  calls: number;
  /** Times the usual latency of the intent decoder. */
  latency: number;
  /** Added to every probability of failure. */
  failures: number;
  deal_value: number;
  flora_silent: boolean;
}

const USUAL: Mood = { leads: 1, calls: 1, latency: 1, failures: 0, deal_value: 1, flora_silent: false };

const PLANTED: Readonly<Record<number, { what: string; mood: Partial<Mood> }>> = {
  38: { what: "Luna's provider fails: a third of the calls and many errors", mood: { calls: 0.35, failures: 0.2 } },
  56: { what: "a slow model: the intent decoder takes twice as long", mood: { latency: 2.1 } },
  71: { what: "the portal feed is down: hardly any leads", mood: { leads: 0.12 } },
  72: { what: "the portal catches up", mood: { leads: 1.9 } },
  80: { what: "an estate is sold: deals at four times the usual price", mood: { deal_value: 4 } },
  85: { what: "Flora is silent for a day", mood: { flora_silent: true } },
};

/** Business grows by a fifth over the 90 days; a few days are odd. */
export function dayMood(day_of_demo: number): Mood {
  const growth = 1 + 0.2 * Math.min(1, Math.max(0, day_of_demo / 90));
  const planted = PLANTED[day_of_demo]?.mood ?? {};
  const mood = { ...USUAL, ...planted };
  return { ...mood, leads: mood.leads * growth, calls: mood.calls * growth };
}
