/** A question that cannot be asked: an expected failure, with the place in the question. */
export class QuestionFault extends Error {
  override readonly name = "QuestionFault";
  constructor(
    /** Dotted path into the question: "by.1", "filters.0.field". */
    readonly field: string,
    readonly code: "unknown" | "invalid" | "too_many" | "formula_invalid",
    readonly detail: string,
    /** In a formula: 0-based index into its text. */
    readonly position: number | null = null,
  ) {
    super(detail);
  }
}
