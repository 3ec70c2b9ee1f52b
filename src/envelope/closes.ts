import { terminates } from "./catalogue/catalogue.js";

/**
 * Whether an event of this type ends the scope it is appended to, and so everything below it:
 * `job.completed` ends a job, but not a run that it is appended to.
 */
export function closes(scope: string, type: string): boolean {
  const kind = terminates(type);
  if (kind === undefined) return false;
  const parts = scope.split("/");
  return parts[parts.length - 2] === kind;
}
