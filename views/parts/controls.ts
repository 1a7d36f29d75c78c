import { formatInstant } from "../../src/catalogue/time.ts";
import { day } from "../format.ts";
import { type Html, html } from "../html.ts";
import { icon } from "../icons.ts";
import { queryText, type ViewQuery, viewHref, viewLink } from "./query.ts";

export interface ControlsProps {
  query: ViewQuery;
  locations: readonly { location_id: string; name: string; demo: boolean }[];
  /** The days of a custom range in the zone: first and last, both included. */
  range: { first: string; last: string };
  /** Offered by name: today, last week … */
  ranges: readonly { label: string; from: number; to: number }[];
  timezone: string;
  /** The year that it is: dates of it go without. */
  year: number;
  /** Offered beside the one in force. */
  timezones: readonly string[];
}

const TIMEFRAMES = ["24h", "7d", "30d", "90d", "1y", "all"];
const SPOKEN: Readonly<Record<string, string>> = { all: "All" };

/** Location, timeframe, zone and comparison: links and one form, so that each works without script. */
export function controls(props: ControlsProps): Html {
  const { query } = props;
  const named = query.from === null ? (query.timeframe ?? "30d") : null;
  return html`${locationMenu(query, props.locations)}
    <div class="topbar-row2 bar-row">
      <div class="seg" role="group" aria-label="Timeframe">${TIMEFRAMES.map(
        (name) =>
          html`<a ${viewLink(query, { timeframe: name, from: null, to: null })}${name === named && html` aria-current="true"`}>${SPOKEN[name] ?? name}</a>`,
      )}</div>
      ${customRange(props)}
      <a class="btn compare" role="button" ${viewLink(query, { compare: !query.compare })} aria-pressed="${String(query.compare)}">${icon("i-check", "i i-s only-on")}${icon("i-plus", "i i-s only-off")}Compare</a>
      <span class="zone" title="Time zone: ${zoneName(props.timezone)}"><span class="vh">Time zone: </span>${zoneName(props.timezone)}</span>
    </div>`;
}

/** The choice of a location, for any page that has one in its address. */
export function locationMenu(query: ViewQuery, locations: ControlsProps["locations"]): Html {
  const current = locations.find(({ location_id }) => location_id === query.location_id);
  const label = current ? labelOf(current) : "All locations";
  return html`<details class="menu" id="location-menu">
    <summary class="btn btn-quiet location" aria-label="Location: ${label}">${icon("i-map-pin")}<span>${label}</span>${icon("i-chevron-down", "i i-s")}</summary>
    <div class="menu-panel menu-scroll">
      <a class="menu-item" ${viewLink(query, { location_id: null })}${!current && html` aria-current="true"`}>All locations<span class="end">${locations.length}</span>${icon("i-check", "i i-s tick")}</a>
      ${locations.map(
        (location) =>
          html`<a class="menu-item" ${viewLink(query, { location_id: location.location_id })}${location === current && html` aria-current="true"`}>${labelOf(location)}<span class="end">${location.name !== location.location_id && location.location_id}</span>${icon("i-check", "i i-s tick")}</a>`,
      )}
    </div>
  </details>`;
}

function labelOf({ name, demo }: { name: string; demo: boolean }): string {
  return demo && !/demo/i.test(name) ? `${name} (demo)` : name;
}

/** Ranges by name, and days from a form: `day_from` and `day_to`, both included, in the zone in force. */
function customRange({ query, range, ranges, timezone, timezones, year }: ControlsProps): Html {
  const zones = timezones.includes(timezone) ? timezones : [timezone, ...timezones];
  const custom = query.from !== null && query.to !== null;
  const chosen = ranges.find(({ from, to }) => formatInstant(from) === query.from && formatInstant(to) === query.to);
  const label = !custom ? "Custom" : (chosen?.label ?? daysOf(range, year));
  return html`<details class="menu menu-end range-menu" id="range-menu">
    <summary class="btn"${custom && html` aria-current="true"`}>${icon("i-calendar-check")}<span class="custom-word">${label}</span></summary>
    <div class="menu-panel range-panel">
      <div class="range-quick" role="group" aria-label="Ranges by name, ${zoneName(timezone)}">${ranges.map(
        (one) =>
          html`<a class="menu-item" ${viewLink(query, { timeframe: null, from: formatInstant(one.from), to: formatInstant(one.to) })}${one === chosen && html` aria-current="true"`}>${one.label}${icon("i-check", "i i-s tick")}</a>`,
      )}</div>
      <form class="range-form" method="get" action="${query.path}" hx-get="${query.path}" hx-target=".app" hx-select=".app" hx-swap="outerMorph" hx-push-url="true" data-closes="range-menu">
        ${hiddenFields(query)}
        <div class="field"><label for="day-from">First day</label><input class="input" id="day-from" name="day_from" type="date" value="${range.first}" required></div>
        <div class="field"><label for="day-to">Last day</label><input class="input" id="day-to" name="day_to" type="date" value="${range.last}" required></div>
        <div class="field"><label for="zone">Time zone</label><select class="input" id="zone" name="timezone">${zones.map(
          (zone) => html`<option value="${zone}"${zone === timezone && html` selected`}>${zoneName(zone)}</option>`,
        )}</select></div>
        <button class="btn btn-primary" type="submit">Show</button>
        ${query.timezone !== null && html`<a class="link" href="${viewHref(query, { timezone: null })}">Use the location’s time zone</a>`}
      </form>
    </div>
  </details>`;
}

/** "Nov 1 – Nov 7", of days as they are written in the form. */
function daysOf({ first, last }: ControlsProps["range"], year: number): string {
  const [from, to] = [first, last].map((iso) => day(Date.parse(iso) * 1_000, "UTC", year));
  return from === to ? `${from}` : `${from} – ${to}`;
}

function zoneName(timezone: string): string {
  return timezone.replaceAll("_", " ");
}

/** Everything of the query but its times, for a form that asks for others. */
function hiddenFields(query: ViewQuery): Html[] {
  const kept = new URLSearchParams(queryText(query, { timeframe: null, from: null, to: null, timezone: null }));
  return [...kept].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}
