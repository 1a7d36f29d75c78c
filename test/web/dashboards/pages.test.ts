/** Pages of dashboards: templates, live views, forms, what the explorer hands over. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cardsSchema } from "../../../src/control/dashboard-cards.ts";
import type { Dashboard } from "../../../src/control/dashboards.ts";
import type { Role, Session } from "../../../src/control/types.ts";
import { cardsOfTemplate, TEMPLATES } from "../../../src/report/dashboard/templates.ts";
import { type Running, running } from "../../support/appliance.ts";

/** A report that costs much is made anew for a twentieth of the time at most. */
const SLOW = 30_000;

let world: Running;
let owner: Browser;
let viewer: Browser;

interface Browser {
  session: Session;
  headers: Record<string, string>;
  get(path: string): Promise<Response>;
  post(path: string, fields: Record<string, string>): Promise<Response>;
}

beforeAll(async () => {
  world = await running({ rate_read_per_s: 0, rate_auth_per_s: 0 });
  await world.post([
    { type: "deal_closed", location_id: "main", value: "1000", bot_id: "seller-bot", contact_id: "c-1" },
    { type: "lead_created", location_id: "main", contact_id: "c-2", data: { source: "portal" } },
  ]);
  const [first] = world.parts.control.users();
  owner = browser(first?.user_id ?? "");
  viewer = await somebody("viewer");
});
afterAll(() => world.stop());

async function somebody(role: Role): Promise<Browser> {
  const given = { email: `${role}@example.com`, name: role, password: null, role, locations: ["main"] };
  return browser((await world.parts.control.addUser(given)).user_id);
}

function browser(user_id: string): Browser {
  const { token, session } = world.parts.control.openSession(user_id, false, world.parts.now());
  const headers = { cookie: `bellwether=${token}`, origin: world.url };
  return {
    session,
    headers,
    get: (path) => fetch(`${world.url}${path}`, { headers, redirect: "manual" }),
    post: (path, fields) =>
      fetch(`${world.url}${path}`, {
        method: "POST",
        headers,
        redirect: "manual",
        body: new URLSearchParams({ csrf: session.csrf, ...fields }),
      }),
  };
}

function made(change: Partial<Dashboard> = {}): string {
  const dashboard = world.parts.control.addDashboard({
    name: "Morning",
    description: "",
    owner_id: owner.session.user.user_id,
    owner_name: "Jorge",
    visible: "everyone",
    roles: [],
    location_id: null,
    cards: cardsSchema.parse([{ kind: "kpi", id: "rev", kpi: "revenue", x: 0, y: 0, w: 3, h: 2 }]),
    ...change,
  });
  return dashboard?.dashboard_id ?? "";
}

const cardsIn = (id: string) => world.parts.control.dashboard(id)?.cards ?? [];

describe("templates", () => {
  for (const { key, name } of TEMPLATES) {
    test(`${name} makes a dashboard whose every card answers`, async () => {
      expect(cardsSchema.safeParse(cardsOfTemplate(key)).error).toBeUndefined();
      const answer = await owner.post("/dashboards", { template: key });
      expect(answer.status).toBe(303);
      const at = answer.headers.get("location") ?? "";
      expect(at).toMatch(/^\/dashboards\/[\w-]+\/edit$/);
      const page = await (await owner.get(at.replace("/edit", ""))).text();
      expect(page.match(/class="dcard /g)).toHaveLength(cardsOfTemplate(key).length);
      expect(page).not.toContain("Not available");
    });
  }

  test("a viewer makes none, and is offered none", async () => {
    expect((await viewer.post("/dashboards", { template: "" })).status).toBe(403);
    expect(await (await viewer.get("/dashboards")).text()).not.toContain("New dashboard");
  });
});

/** Frames of a live view until one has the text. */
async function frameWith(by: Browser, path: string, text: string, act: () => unknown): Promise<string> {
  const socket = new WebSocket(`${world.url.replace("http", "ws")}${path}`, { headers: by.headers });
  const found = new Promise<string>((resolve, reject) => {
    socket.addEventListener("message", ({ data }) => String(data).includes(text) && resolve(String(data)));
    socket.addEventListener("close", () => reject(new Error("closed")));
    setTimeout(() => reject(new Error(`no frame with ${text}`)), 20_000);
  });
  socket.addEventListener("open", () => void act());
  const frame = await found;
  socket.close();
  return frame;
}

describe("the live view", () => {
  const live = (id: string, revision = 1): string => `/live?view=dashboard&id=${id}&revision=${revision}`;

  test(
    "pushes the cards that an event changed",
    async () => {
      const id = made();
      const pushed = await frameWith(viewer, live(id), "$1,500", () =>
        world.post([{ type: "deal_closed", location_id: "main", value: "500" }]),
      );
      expect(pushed).toContain('hx-target="#card-rev"');
    },
    SLOW,
  );

  test(
    "pushes all cards anew to a page of an older revision",
    async () => {
      const id = made();
      const pushed = await frameWith(viewer, live(id), 'hx-target="#dash"', () => {
        world.parts.control.setDashboard(id, 1, { description: "x" }, "Jorge");
        world.parts.hub.tick();
      });
      expect(pushed).toContain('id="card-rev"');
    },
    SLOW,
  );

  test(
    "takes the figures off the screen of whoever may no longer see them",
    async () => {
      const id = made();
      const gone = await frameWith(viewer, live(id), "This dashboard is gone", () => {
        world.parts.control.setDashboard(id, 1, { visible: "private" }, "Jorge");
        world.parts.hub.tick();
      });
      expect(gone).not.toContain("kpi-value");
      expect((await viewer.get(`/fragments?view=dashboard&id=${id}`)).status).toBe(404);
      expect((await viewer.get(`/fragments?view=kiosk&id=${id}`)).status).toBe(404);
    },
    SLOW,
  );
});

describe("forms", () => {
  test("a card from the explorer goes on the dashboard that is chosen, or on a new one", async () => {
    const id = made();
    const address = "/dashboards/add?kpi=leads&by=data.source&kind=bars&timeframe=90d&filter=bot_id:eq:seller-bot";
    const page = await (await owner.get(address)).text();
    expect(page).toContain("Leads by source");
    const fields = Object.fromEntries(
      [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );
    expect((await owner.post("/dashboards/add", { ...fields, dashboard_id: id })).headers.get("location")).toBe(
      `/dashboards/${id}`,
    );
    expect(cardsIn(id)[1]).toMatchObject({
      kind: "chart",
      kpi: "leads",
      by: "data.source",
      chart: "bar",
      timeframe: "90d",
      x: 3,
      y: 0,
    });
    const fresh = await owner.post("/dashboards/add", { ...fields, dashboard_id: "" });
    expect(fresh.headers.get("location")).toMatch(/\/edit$/);
    expect((await owner.get("/dashboards/add?kind=table")).status).toBe(422);
  });

  test("what is wrong with a card is said in its form, and nothing is kept", async () => {
    const id = made();
    const wrong = { kind: "kpi", id: "rev", revision: "1", kpi: "revenue", filters: "nonsense" };
    const answer = await owner.post(`/dashboards/${id}/cards/rev`, wrong);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("Write field:op:value");
    expect((await owner.post(`/dashboards/${id}/preview`, wrong)).status).toBe(422);
    expect(world.parts.control.dashboard(id)?.revision).toBe(1);
  });

  test("a form that was made from an older revision is told what to do", async () => {
    const id = made();
    world.parts.control.setDashboard(id, 1, { name: "Noon" }, "Ana");
    const answer = await owner.post(`/dashboards/${id}/cards`, { kind: "text", text: "Hello", revision: "1" });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("Ana changed this dashboard");
    expect(cardsIn(id)).toHaveLength(1);
  });

  test("a text may not run anything", async () => {
    const text =
      '<script>alert(1)</script> [a](javascript:alert(1)) [b](https://example.com/"x) **<img src=x onerror=y>**';
    const id = made({ cards: cardsSchema.parse([{ kind: "text", id: "t", text, x: 0, y: 0, w: 4, h: 2 }]) });
    const page = await (await owner.get(`/dashboards/${id}`)).text();
    expect(page).not.toContain("<script>alert");
    expect(page).not.toContain("<img");
    expect(page).not.toContain('href="javascript:');
    expect(page).toContain('href="https://example.com/%22x"');
  });

  test("a card that failed fails alone", async () => {
    const cards = cardsSchema.parse([
      { kind: "kpi", id: "gone", kpi: "gone_kpi", x: 0, y: 0, w: 3, h: 2 },
      { kind: "chart", id: "lost", kpi: "gone_kpi", x: 6, y: 0, w: 6, h: 4 },
      { kind: "kpi", id: "rev", kpi: "revenue", x: 3, y: 0, w: 3, h: 2 },
    ]);
    const page = await (await owner.get(`/dashboards/${made({ cards })}`)).text();
    expect(page.match(/Not available/g)).toHaveLength(2);
    expect(page.match(/There is no KPI gone_kpi here any more/g)).toHaveLength(2);
    expect(page).toContain("Retry");
    expect(page).toMatch(/title="\$1,[05]00"/);
  });
});
