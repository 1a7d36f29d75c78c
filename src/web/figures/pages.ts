/** The pages of figures: one line each. */
import { OVERVIEW } from "./overview.ts";
import type { DeclaredPage } from "./page.ts";

/** All but the overview, whose address also waits for a first event (web/pages.ts). */
const PAGES: readonly DeclaredPage[] = [];

/** Their routes. */
export function figuresPages(): readonly DeclaredPage[] {
  return PAGES;
}

/** By the name of its live view. */
export function pageOfView(view: string): DeclaredPage | null {
  return [OVERVIEW, ...PAGES].find((page) => page.view === view) ?? null;
}
