import type { RejectionCode } from "../catalogue/event.ts";

/** Why one event is refused. `field` is a dotted path; `detail` names a remedy and never repeats what was sent. */
export class Refusal {
  constructor(
    readonly field: string | null,
    readonly code: RejectionCode,
    readonly detail: string,
  ) {}
}
