// The forms of /docs: sends what was filled in, and shows what came back.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("form[data-try]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  const status = form.querySelector(".doc-status");
  const result = form.querySelector(".doc-result");
  button.disabled = true;
  status.textContent = "Sending";
  const began = performance.now();
  try {
    const response = await fetch(addressOf(form), requestOf(form));
    const text = await response.text();
    status.textContent = `${response.status}, ${Math.round(performance.now() - began)} ms`;
    show(result, pretty(text));
  } catch (error) {
    status.textContent = "Not sent";
    show(result, String(error));
  } finally {
    button.disabled = false;
  }
});

// A link to an operation opens it.
function openTarget() {
  const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}
addEventListener("hashchange", openTarget);
openTarget();

function addressOf(form) {
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const input of form.querySelectorAll("[data-in]")) {
    const { value } = input;
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
    else if (value !== "") query.append(input.name, value);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

function requestOf(form) {
  const headers = {};
  const key = document.getElementById("docs-key")?.value;
  if (key) headers.authorization = `Bearer ${key}`;
  const body = form.elements.body?.value;
  if (form.dataset.method !== "GET") headers["content-type"] = "application/json";
  return { method: form.dataset.method, headers, ...(body ? { body } : {}) };
}

function show(result, text) {
  result.hidden = false;
  result.firstElementChild.textContent = text;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
