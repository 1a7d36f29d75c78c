/** Notes about buckets of a chart, as forms of pages send them. */
import { annotate, annotationBody, removeAnnotation } from "../bi/annotations.ts";
import { fieldProblem } from "../bi/input.ts";
import type { Parts } from "../parts.ts";
import { formOf, localPath, seeOther } from "../request.ts";
import { type Route, route } from "../route.ts";
import { readForm } from "../settings/form.ts";

export function annotationFormRoutes(parts: Parts): readonly Route[] {
  const shared = { method: "POST", access: "export", tag: "Page", body: "own" } as const;
  const answers = { 303: { description: "Back to the page." } } as const;
  return [
    route({
      ...shared,
      path: "/annotations",
      summary: "Notes something about a bucket of a chart.",
      answers,
      handle: async ({ request, server, caller }) => {
        const form = await formOf(request);
        annotate(parts, { request, server, caller }, noteOf(form));
        return seeOther(localPath(form.get("back")));
      },
    }),
    route({
      ...shared,
      path: "/annotations/:annotation_id/removal",
      summary: "Takes a note away.",
      params: { annotation_id: "The annotation's id." },
      answers,
      handle: async ({ request, server, caller, params: { annotation_id } }) => {
        const form = await formOf(request);
        removeAnnotation(parts, { request, server, caller }, annotation_id);
        return seeOther(localPath(form.get("back")));
      },
    }),
  ];
}

/** Throws Problem 422. */
function noteOf(form: URLSearchParams) {
  const [from, to] = (form.get("stretch") ?? "").split(" ");
  const typed = { from, to, text: form.get("text"), kind: form.get("kind") ?? undefined };
  const read = readForm(
    annotationBody,
    { ...typed, location_id: form.get("location_id") || null },
    {
      from: "Choose a period of the list.",
      to: "Choose a period of the list.",
      text: "Write what it is, in 200 characters at most.",
    },
  );
  if (read.data) return read.data;
  const [field = "form", fault = "This is wrong."] = Object.entries(read.errors)[0] ?? [];
  throw fieldProblem(field, fault);
}
