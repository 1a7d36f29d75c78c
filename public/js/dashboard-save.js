// What the editor of dashboards says to the server. An answer is { ok: true, … } or { ok: false, words }, never thrown.
const LOST = "The appliance cannot be reached. Nothing is lost: try again when it is back.";

/** A form's answer as text; in words where it is refused. */
export async function ask(address, fields) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "hx-request": "true" },
      body: new URLSearchParams(fields instanceof FormData ? [...fields] : fields),
    });
    const text = await answer.text();
    return answer.ok ? { ok: true, text } : { ok: false, words: wordsOf(answer, text) };
  } catch {
    return { ok: false, words: LOST };
  }
}

/** Keeps the cards; `stale` when somebody changed the dashboard since `revision`. */
export async function save(dashboard_id, revision, cards) {
  const { answer, told, lost } = await send("PATCH", `/api/dashboards/${dashboard_id}`, { revision, cards });
  if (lost) return { ok: false, words: LOST };
  if (answer.ok) return { ok: true, revision: told.revision };
  return { ok: false, stale: answer.status === 409, words: refused(answer, told) };
}

/** Keeps them as a dashboard of its own. */
export async function saveCopy(dashboard_id, cards) {
  const before = await send("GET", `/api/dashboards/${dashboard_id}`);
  const name = before.answer?.ok ? `${before.told.name.slice(0, 70)} (copy)` : "Copy";
  const { answer, told, lost } = await send("POST", "/api/dashboards", { name, cards });
  if (lost) return { ok: false, words: LOST };
  return answer.ok ? { ok: true, dashboard_id: told.dashboard_id } : { ok: false, words: refused(answer, told) };
}

async function send(method, address, body) {
  try {
    const given = body ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {};
    const answer = await fetch(address, { method, ...given });
    return { answer, told: await answer.json() };
  } catch {
    return { lost: true };
  }
}

function refused({ status }, { detail, title, errors }) {
  if (status === 401)
    return "You are signed out. Sign in again in another tab, then save once more: nothing here is lost.";
  const [first] = errors ?? [];
  return first && status === 422 ? `${detail} ${first.field}: ${first.detail}` : (detail ?? title);
}

/** A plain sentence, or what a problem says. */
function wordsOf({ status, headers }, text) {
  if (headers.get("content-type")?.includes("json")) return refused({ status }, JSON.parse(text));
  return new DOMParser().parseFromString(text, "text/html").body.textContent;
}
