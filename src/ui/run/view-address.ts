/**
 * The address of another view of the page that is shown, as of the same event. What is named by its sequence may
 * have come later: then it is of the present.
 */
export function viewAddress(
  view: "log" | "events",
  { node, sequence }: { node?: string; sequence?: number },
): string {
  const { pathname, search } = window.location;
  const at = new URLSearchParams(search).get("at");
  const parameters = new URLSearchParams({ view });
  if (node !== undefined) parameters.set("node", node);
  if (at !== null && (sequence ?? 0) <= Number(at)) parameters.set("at", at);
  const hash = sequence === undefined ? "" : `#seq=${sequence}`;
  return `${pathname}?${parameters.toString()}${hash}`;
}
