import { type Html, html } from "../html.ts";
import { type LayoutProps, layout, type ShellUser } from "../layout.ts";

export type AlertsTab = "alerts" | "rules" | "channels" | "deliveries";

const TABS: readonly { tab: AlertsTab; label: string; href: string; admin?: true }[] = [
  { tab: "alerts", label: "Alerts", href: "/alerts" },
  { tab: "rules", label: "Rules", href: "/alerts/rules" },
  { tab: "channels", label: "Channels", href: "/alerts/channels", admin: true },
  { tab: "deliveries", label: "Deliveries", href: "/alerts/deliveries", admin: true },
];

/** What every page of alerts has in common: its head, and the way to the others that this person may see. */
export function alertsShell(
  props: Omit<LayoutProps, "title" | "nav" | "body"> & {
    user: ShellUser;
    tab: AlertsTab;
    sub: Html | string;
    content: Html;
  },
): Html {
  const { tab, sub, content, ...rest } = props;
  const admin = props.user.role === "owner" || props.user.role === "admin";
  const current = TABS.find((one) => one.tab === tab);
  return layout({
    ...rest,
    title: current?.label ?? "Alerts",
    nav: "alerts",
    body: html`<div class="page-head"><h1>${current?.label}</h1><p class="sub" id="alerts-sub">${sub}</p></div>
    <nav class="tabs mb-3" aria-label="Alerts">${TABS.filter((one) => admin || !one.admin).map(
      (one) => html`<a href="${one.href}"${one.tab === tab && html` aria-current="page"`}>${one.label}</a>`,
    )}</nav>
    ${content}`,
  });
}
