/** How well a name fits what was typed: the whole, its beginning, the beginning of a word, anywhere. Pure. */

/** Smaller is better; null: it does not fit. Every word that was typed must be in it. */
export function fitOf(name: string, typed: string): number | null {
  const [text, wanted] = [plain(name), plain(typed)];
  if (wanted === "") return typed.trim() === "" ? 4 : null;
  if (text === wanted) return 0;
  if (text.startsWith(wanted)) return 1;
  if (text.includes(` ${wanted}`)) return 2;
  return wanted.split(" ").every((word) => text.includes(word)) ? 3 : null;
}

/** Without case, accents and marks. */
function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}@.+]+/gu, " ")
    .trim();
}
