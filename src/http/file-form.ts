import type { FastifyRequest } from "fastify";
import { Parameters } from "./parameters.js";

/** In which forms something can be taken along, and their media types. */
export const FILE_TYPES = {
  csv: "text/csv; charset=utf-8",
  ndjson: "application/x-ndjson",
  txt: "text/plain; charset=utf-8",
} as const;
export type FileForm = keyof typeof FILE_TYPES;

/** What programs ask for by these types; text is what browsers ask for anyway. */
const ACCEPTED = { csv: /\btext\/csv\b/, ndjson: /\bapplication\/(?:x-)?ndjson\b/ } as const;

/**
 * The form of file that is asked for, by `format` or else by what is accepted; undefined: a page of JSON.
 *
 * @throws ProblemError `bad-parameter`
 */
export function fileFormOf<Form extends FileForm>(
  request: FastifyRequest,
  forms: readonly Form[],
): Form | undefined {
  const format = new Parameters(request).choice("format", ["json", ...forms]);
  if (format !== undefined) return forms.find((form) => form === format);
  const { accept = "" } = request.headers;
  return forms.find(
    (form) => form in ACCEPTED && ACCEPTED[form as keyof typeof ACCEPTED].test(accept),
  );
}
