import { timelineAddress } from "../app/address.js";
import type { Query } from "../app/query.js";

/**
 * The address of another view of a timeline, as of the same event as in the query. What is named by its sequence may
 * have come later: then it is of the present.
 */
export function viewAddress(
  path: string,
  query: Query,
  view: "log" | "events",
  { node, sequence }: { node?: string; sequence?: number },
): string {
  const at = query.get("at");
  const parameters = new URLSearchParams({ view });
  if (node !== undefined) parameters.set("node", node);
  if (at !== undefined && (sequence ?? 0) <= Number(at)) parameters.set("at", at);
  const hash = sequence === undefined ? "" : `#seq=${sequence}`;
  return `${timelineAddress(path)}?${parameters.toString()}${hash}`;
}
