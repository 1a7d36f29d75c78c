// <button data-copy="#selector"> copies the text of what it names.
const SHOWN_MS = 1600;

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  if (!source) return;
  const label = button.querySelector("span") ?? [...button.childNodes].findLast((node) => node.nodeType === 3);
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(source.textContent);
    label.textContent = "Copied";
  } catch {
    // Without TLS browsers give no clipboard: mark it, so that the keys do it.
    getSelection().selectAllChildren(source);
    label.textContent = "Press Ctrl C";
  }
  setTimeout(() => {
    label.textContent = before;
  }, SHOWN_MS);
});
