/** An appliance with something on every page: two months of two teams, rules, an alert, a refused event, what people keep. */
import { cardsOfTemplate } from "../../src/report/dashboard/templates.ts";
import { foreignDeliveries } from "../web/foreign_deliveries.ts";
import type { Served } from "./browser.ts";
import { foreignAlerts } from "./foreign_alerts.ts";
import { twoMonths } from "./seed.ts";

export interface Furnished {
  /** Where pages are looked at, by the path of their route: those whose address varies, or that have more than one face. */
  addresses: Readonly<Record<string, readonly string[]>>;
}

/** Fills it; every page then has something to show. */
export async function furnish({ appliance, post }: Served): Promise<Furnished> {
  const { control } = appliance.parts;
  control.ensureLocation("jorge_main", { name: "Jorge’s team", timezone: "America/Los_Angeles" });
  control.ensureLocation("luna_salon", { name: "Luna’s salon", timezone: "America/New_York" });
  control.setTarget({ kpi: "revenue", location_id: "jorge_main", value: "2500000" });
  control.addCommissionRule({ location_id: "jorge_main", bot_id: null, rate: "0.05", valid_from: 0 });
  const events = twoMonths(Date.now());
  for (let at = 0; at < events.length; at += 5_000) await post(events.slice(at, at + 5_000));
  control.putCustomKpi(
    {
      key: "per_lead",
      location_id: null,
      changed_by: "Jorge",
      definition: {
        label: "Per lead",
        unit: "money",
        better: "up",
        description: "What a lead brings.",
        formula: `sum(value, type = "deal_closed") / count(type = "lead_created")`,
      },
    },
    "new",
  );
  const reason = { index: 0, id: "b1", field: "type", code: "type_invalid" as const, detail: "A type is wrong." };
  const raw = JSON.stringify({ id: "b1", type: "BAD", data: { text: "x".repeat(300) } });
  control.quarantine([{ received_at: Date.now() * 1_000, location_id: "jorge_main", reason, raw }]);
  const [owner] = control.users();
  const alerts = foreignAlerts(control, "jorge_main", "stalls");
  const { delivery_id } = foreignDeliveries(appliance.parts, "jorge_main", owner?.user_id ?? "", "hook");
  const owned = { owner_id: owner?.user_id ?? "", owner_name: "Jorge" };
  const dashboard = control.addDashboard({
    ...owned,
    name: "The team",
    description: "What the morning begins with.",
    visible: "everyone",
    roles: [],
    location_id: "jorge_main",
    cards: cardsOfTemplate("real-estate"),
  });
  const made = { dashboard_id: dashboard?.dashboard_id ?? "", name: "Office", locations: ["jorge_main"] };
  const expires_at = Number.MAX_SAFE_INTEGER;
  const by = { created_by: owned.owner_id, created_by_name: owned.owner_name };
  const token = control.addDashboardShare({ ...made, ...by, expires_at })?.token ?? "";
  const own = `/dashboards/${made.dashboard_id}`;
  return {
    addresses: {
      "/dashboards/:id": [own],
      "/dashboards/:id/edit": [`${own}/edit`, `${own}/edit?add=chart`],
      "/dashboards/:id/share": [`${own}/share`],
      "/dashboards/:id/kiosk": [`${own}/kiosk`],
      "/dashboards/add": ["/dashboards/add?kpi=leads&by=data.source&kind=chart"],
      "/share/:token": [`/share/${token}`],
      "/share/:token/kiosk": [`/share/${token}/kiosk`],
      "/explore": [
        "/explore",
        "/explore?kpi=leads&by=data.source&open=events&segment=eq:portal",
        "/explore?kpi=revenue&open=definition",
        "/explore?kpi=leads&kind=heat",
      ],
      "/revenue": ["/revenue", "/revenue?measure=cost"],
      "/filter": ["/filter?filter_at=/&filter_field=bot_id"],
      "/presets": ["/presets?at=/&query=%3Ftimeframe%3D7d"],
      "/search": ["/search?q=bot"],
      "/": ["/", "/?filter=bot_id:in:lead-bot,seller-bot&filter=temperature:eq:warm"],
      "/docs": ["/docs"],
      "/leads": ["/leads", "/leads?tab=stalled&open=lead-1-1"],
      "/leads/:contact_id": ["/leads/lead-1-1"],
      "/bots/:bot_id": ["/bots/seller-bot", "/bots/luna"],
      "/alerts": ["/alerts", `/alerts?id=${alerts["/alerts/:id"]}`],
      "/alerts/rules": ["/alerts/rules", "/alerts/rules?new=threshold"],
      "/alerts/deliveries": [`/alerts/deliveries?id=${delivery_id}`],
      "/insights/contacts": ["/insights/contacts", "/insights/contacts?model=churn"],
      "/settings/users/:user_id": [`/settings/users/${owner?.user_id}`],
      "/settings/locations/:location_id": ["/settings/locations/jorge_main"],
      "/settings/kpis": ["/settings/kpis?edit=per_lead"],
      "/settings/audit": ["/settings/audit?check=true"],
    },
  };
}
