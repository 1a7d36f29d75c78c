/** Names of files: what is in it, whose, and of when. */

export interface NamedExport {
  title: string;
  /** How the location is called; null: of all of them. */
  location: string | null;
  /** Days in the zone, both included: 2026-01-31. */
  from: string;
  to: string;
  extension: string;
}

const CHARS_MAX = 80;

/** "revenue-by-bot_id_main-office_2026-01-01_2026-01-31.csv". */
export function fileName({ title, location, from, to, extension }: NamedExport): string {
  const what = [title, location ?? ""].map(worded).filter((part) => part !== "");
  const when = from === to ? from : `${from}_${to}`;
  return `${what.join("_").slice(0, CHARS_MAX) || "export"}_${when}.${extension}`;
}

/** RFC 6266: the name in ASCII for old readers, whole in UTF-8 for all others. */
export function contentDisposition(name: string): string {
  const ascii = name.normalize("NFKD").replaceAll(/[^\x20-\x7e]|["\\%]/g, "");
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** Letters and digits of any script, lower case, parted by hyphens. */
function worded(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "");
}
