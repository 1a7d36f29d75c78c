/** Every verb, in the order of the help. */
import { DEMO_VERB } from "./demo.ts";
import { HEALTHCHECK_VERB } from "./healthcheck.ts";
import { IMPORT_VERB } from "./import.ts";
import { KEY_VERBS } from "./key.ts";
import { LOCATION_VERBS } from "./location.ts";
import { RESTORE_VERB } from "./restore.ts";
import { ROLLUP_VERB } from "./rollup.ts";
import { SERVE_VERB } from "./serve.ts";
import { USER_VERBS } from "./user.ts";
import type { Verb } from "./verb.ts";
import { VERSION_VERB } from "./version.ts";

export const VERBS: readonly Verb[] = [
  SERVE_VERB,
  IMPORT_VERB,
  ...KEY_VERBS,
  ...USER_VERBS,
  ...LOCATION_VERBS,
  ROLLUP_VERB,
  DEMO_VERB,
  RESTORE_VERB,
  HEALTHCHECK_VERB,
  VERSION_VERB,
];
