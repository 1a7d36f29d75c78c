// The page without a network: since when, and back by itself as soon as the appliance answers.
const EVERY_MS = 4000;

const heard = Number(localStorage.getItem("bw:heard"));
const { locale } = document.documentElement.dataset;
const place = document.querySelector("[data-heard]");
if (heard && place) {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  place.textContent = `It was last reached on ${format.format(heard)}.`;
}

async function look() {
  try {
    const answer = await fetch("/readyz", { cache: "no-store" });
    if (answer.ok) location.reload();
  } catch {
    document.querySelector("[data-tried]").textContent = "Tried just now; it goes on by itself.";
  }
}

document.querySelector("[data-try]")?.addEventListener("click", look);
addEventListener("online", look);
setInterval(look, EVERY_MS);
