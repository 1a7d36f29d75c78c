/** Every verb, in the order of the help. */
import { CONTACT_VERB } from "./contact.ts";
import { DEMO_VERB } from "./demo.ts";
import { DOCTOR_VERB } from "./doctor.ts";
import { EXPORT_VERB } from "./export.ts";
import { HEALTHCHECK_VERB } from "./healthcheck.ts";
import { IMPORT_VERB } from "./import.ts";
import { KEY_VERBS } from "./key.ts";
import { LOCATION_VERBS } from "./location.ts";
import { OPENAPI_VERB } from "./openapi.ts";
import { RESTORE_VERB } from "./restore.ts";
import { ROLLUP_VERB } from "./rollup.ts";
import { SERVE_VERB } from "./serve.ts";
import { USER_VERBS } from "./user.ts";
import type { Verb } from "./verb.ts";
import { VERSION_VERB } from "./version.ts";

export const VERBS: readonly Verb[] = [
  SERVE_VERB,
  IMPORT_VERB,
  EXPORT_VERB,
  ...KEY_VERBS,
  ...USER_VERBS,
  ...LOCATION_VERBS,
  CONTACT_VERB,
  ROLLUP_VERB,
  DEMO_VERB,
  RESTORE_VERB,
  DOCTOR_VERB,
  HEALTHCHECK_VERB,
  OPENAPI_VERB,
  VERSION_VERB,
];
