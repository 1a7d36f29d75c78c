/** Expected refusals of the control database; the web and the command line say them in their own words. */
export type ControlErrorCode =
  | "email_taken"
  | "email_invalid"
  | "password_invalid"
  | "already_set_up"
  | "last_owner"
  | "rule_taken"
  | "rule_invalid"
  | "location_invalid"
  | "busy"
  | "newer_database";

export class ControlError extends Error {
  constructor(
    readonly code: ControlErrorCode,
    message: string,
    /** The field that is wrong, where one is. */
    readonly field: string | null = null,
  ) {
    super(message);
  }
}
