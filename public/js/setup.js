// The first page: guesses the time zone, and says how strong the password is.
const LEVELS = ["Too short. ", "Weak. ", "Fair. ", "Strong. ", "Very strong. "];

const zone = document.querySelector("[data-guess-timezone]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && [...zone.options].some(({ value }) => value === own)) zone.value = own;

/** Length counts most: a sentence beats a riddle. */
function strength(password) {
  if (password.length < 12) return 0;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length;
  const distinct = new Set(password).size;
  if (distinct < 6) return 1;
  return Math.min(
    4,
    1 +
      (password.length >= 16 ? 1 : 0) +
      (password.length >= 20 ? 1 : 0) +
      (kinds >= 3 ? 1 : 0) +
      (distinct >= 10 ? 1 : 0),
  );
}

document.querySelector("[data-strength]")?.addEventListener("input", ({ target }) => {
  const level = strength(target.value);
  document.querySelectorAll("[data-strength-meter] i").forEach((bar, index) => {
    bar.classList.toggle("on", index < level);
  });
  document.querySelector("[data-strength-word]").textContent = target.value === "" ? "" : LEVELS[level];
});
