// A session that ends keeps what was typed: whoever sends a form or asks for something is asked to sign in on the spot, and
// what they did is done then. The dialog's forms are the sign-in page's own: a second factor works, and so do its words.
import { say } from "./toasts.js";

const ME = "/api/auth/me";
let asking = null;

/** Signs in within a dialog; false when that was put off. */
export function signIn() {
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

async function ask() {
  const first = await formOf(await fetch(`/login?next=${encodeURIComponent(ME)}`));
  if (first === null) return signedIn();
  const dialog = document.createElement("dialog");
  dialog.className = "sign-in";
  dialog.setAttribute("aria-labelledby", "sign-in-h");
  dialog.innerHTML = `<h2 id="sign-in-h">You were signed out</h2><p>Sign in to go on. What you typed is still there.</p><div data-form></div><button class="btn btn-quiet" type="button" data-close>Not now</button>`;
  document.body.append(dialog);
  const isIn = await new Promise((resolve) => {
    const put = (form) => dialog.querySelector("[data-form]").replaceChildren(form);
    put(first);
    dialog.addEventListener("close", () => resolve(false));
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = new URLSearchParams(new FormData(event.target));
      try {
        const next = await formOf(await fetch("/login", { method: "POST", body }));
        if (next === null) return resolve(true);
        put(next);
        next.querySelector("[autofocus], input:not([type=hidden])")?.focus();
      } catch {
        dialog.querySelector("p").textContent = "The server does not answer. Try again in a moment.";
      }
    });
    dialog.showModal();
    dialog.querySelector("[autofocus], input:not([type=hidden])")?.focus();
  });
  dialog.remove();
  return isIn && signedIn();
}

/** The form of a page of the sign-in; null when it has led to where one is signed in. */
async function formOf(answer) {
  if (new URL(answer.url).pathname === ME) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const form = page.querySelector("main form");
  for (const element of form.querySelectorAll("[id], [for], [aria-describedby]")) {
    // The page below may have fields of the same names.
    for (const name of ["id", "for", "aria-describedby"])
      if (element.hasAttribute(name)) element.setAttribute(name, `sign-in-${element.getAttribute(name)}`);
  }
  return form;
}

/** What the page says of its person and its forms is of this session now; somebody else gets a page of their own. */
async function signedIn() {
  const { email } = await (await fetch(ME)).json();
  const shell = document.querySelector("[data-account]");
  if (shell && shell.dataset.account !== email) {
    location.assign("/");
    return false;
  }
  const text = await (await fetch("/settings/account")).text();
  const csrf = new DOMParser().parseFromString(text, "text/html").querySelector("input[name=csrf]")?.value;
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = csrf;
  document.dispatchEvent(new Event("bw:signed-in"));
  return true;
}

/** "in", "out", or "away" when nobody answers. */
async function look() {
  try {
    return (await fetch(ME)).status === 401 ? "out" : "in";
  } catch {
    return "away";
  }
}

let passing = null;

// Before anyone else hears of it: they hear once, when the form is really sent.
document.addEventListener(
  "submit",
  async (event) => {
    const { target: form, submitter } = event;
    const isOurs = form.method === "post" && form.closest(".app") && new URL(form.action).pathname !== "/logout";
    if (!isOurs || passing === form || form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const now = await look();
    if (now === "away") return say("Not sent.", "The server does not answer. What you typed is still there.");
    if (now === "out" && !(await signIn())) return;
    passing = form;
    form.requestSubmit(submitter);
    passing = null;
  },
  true,
);

document.addEventListener("htmx:before:response", async (event) => {
  const { ctx } = event.detail;
  const { status, raw } = ctx.response;
  if (status < 400 || !raw.headers.get("content-type")?.startsWith("application/problem+json")) return;
  // A problem is no part of a page.
  event.preventDefault();
  const element = ctx.sourceElement;
  if (status === 401) {
    if (!(await signIn())) return;
    if (element.matches("form")) element.requestSubmit();
    else if (element.matches("a, button")) element.click();
    else htmx.trigger(element, "load");
    return;
  }
  const { title, detail = "", request_id } = await raw.clone().json();
  say(`${title}.`, `${detail} Reference ${request_id}.`);
});

document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.error instanceof TypeError && detail.ctx)
    say("That did not work.", navigator.onLine ? "The server does not answer." : "You are offline.");
});
