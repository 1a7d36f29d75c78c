/** The address of a link, as it is handed to somebody. */
import type { Parts } from "../parts.ts";

export function shareUrl({ settings }: Parts, request: Request, token: string): string {
  const base = settings.public_url === "" ? new URL(request.url).origin : settings.public_url.replace(/\/$/, "");
  return `${base}/share/${token}`;
}
