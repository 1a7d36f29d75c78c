// While a lead is open beside the table, n and p open the next and the one before, where else they go from row to row. Before
// the shortcuts of every page hear of it; where someone has switched those off, these are off as well.
import "./inspector.js";

function areOff() {
  try {
    return localStorage.getItem("bw-keys") === "off";
  } catch {
    return false;
  }
}

document.addEventListener(
  "keydown",
  (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || areOff()) return;
    if (target.closest?.("input, select, textarea, [contenteditable]") || document.querySelector("dialog[open]"))
      return;
    const link = document.querySelector(`#inspector [data-lead-key="${CSS.escape(key)}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  },
  true,
);
