import { type Html, html } from "./html.ts";
import { layout, type ShellUser } from "./layout.ts";
import { csrfField, formField } from "./parts/field.ts";
import { buttonForm, type Errors, formNote, locationSelect, nothingYet, type PlaceOption } from "./parts/settings.ts";

export interface RuleRowProps {
  rule_id: number;
  /** Name of its location, or that it is every one. */
  location: string;
  bot: string;
  /** "5%". */
  rate: string;
  from: string;
  /** Whether the caller may remove it. */
  own: boolean;
}

export interface RulesProps {
  user: ShellUser;
  rules: readonly RuleRowProps[];
  /** "6%". */
  default_rate: string;
  locations: readonly PlaceOption[];
  any_location: boolean;
  typed: { location_id: string; bot_id: string; rate: string; valid_from: string };
  errors: Errors;
  done: string | null;
}

/** Commission rules: a list, and a form for a new one. Works without script. */
export function rulesPage(props: RulesProps): Html {
  const { user, rules, default_rate, done, errors } = props;
  return layout({
    title: "Commission",
    user,
    nav: "rules",
    body: html`<div class="page-head"><h1>Commission</h1><p class="sub">Which share of revenue is earned. Without a rule it is ${default_rate}.</p></div>
    <div class="stack">${formNote(done, errors.form)}
    <div class="grid">
      <section class="panel span-8" aria-labelledby="rules-h">
        <div class="panel-head"><h2 id="rules-h">Rules</h2><span class="meta">The narrowest holds: a location and bot, the location, the bot, all; of these the latest that had begun</span></div>
        ${
          rules.length === 0
            ? nothingYet(
                "i-circle-dollar-sign",
                "No rules yet",
                `Every location earns ${default_rate} until there is one.`,
              )
            : html`<div class="table-scroll" tabindex="0" role="group" aria-labelledby="rules-h"><table class="table table-stack">
          <thead><tr><th scope="col">Location</th><th scope="col">Bot</th><th scope="col" class="num">Rate</th><th scope="col">From</th><th scope="col"><span class="vh">Remove</span></th></tr></thead>
          <tbody>${rules.map((rule) => ruleRow(user.csrf, rule))}</tbody>
        </table></div>`
        }
      </section>
      ${newRule(props)}
    </div></div>`,
  });
}

function ruleRow(csrf: string, { rule_id, location, bot, rate, from, own }: RuleRowProps): Html {
  return html`<tr>
    <td class="strong"><span class="break">${location}</span></td>
    <td data-label="Bot"><span class="break">${bot}</span></td>
    <td data-label="Rate" class="num">${rate}</td>
    <td data-label="From" class="nowrap">${from}</td>
    <td>${own && buttonForm({ action: `/settings/rules/${rule_id}/removal`, csrf, label: "Remove", whose: `the rule for ${location}, ${bot}, from ${from}` })}</td>
  </tr>`;
}

function newRule({ user, locations, any_location, typed, errors }: RulesProps): Html {
  return html`<form class="setup-card span-4" method="post" action="/settings/rules" aria-labelledby="new-rule-h">
    <h2 id="new-rule-h">New rule</h2>
    ${csrfField(user.csrf)}
    ${formField({
      id: "location",
      label: "Location",
      error: errors.location_id,
      control: (described) =>
        locationSelect({
          id: "location",
          locations,
          chosen: typed.location_id,
          any: any_location ? "Every location" : null,
          described,
        }),
    })}
    ${formField({
      id: "bot",
      label: "Bot",
      error: errors.bot_id,
      hint: "Its bot_id; leave it empty for every bot.",
      control: (described) =>
        html`<input class="input" id="bot" name="bot_id" maxlength="128" value="${typed.bot_id}" autocomplete="off" autocapitalize="none" spellcheck="false"${described}>`,
    })}
    <div class="pair">
    ${formField({
      id: "rate",
      label: "Rate in percent",
      error: errors.rate,
      control: (described) =>
        html`<input class="input" id="rate" name="rate" inputmode="decimal" maxlength="9" value="${typed.rate}" autocomplete="off"${described} required>`,
    })}
    ${formField({
      id: "valid_from",
      label: "From (UTC day)",
      error: errors.valid_from,
      control: (described) =>
        html`<input class="input" id="valid_from" name="valid_from" type="date" value="${typed.valid_from}"${described} required>`,
    })}
    </div>
    <button class="btn btn-primary" type="submit">Add rule</button>
    <p class="dim">A rule of the same location, bot and day is replaced. Figures of the past follow the rules at once.</p>
  </form>`;
}
