import type { Pack, PackStep } from "../envelope/catalogue/pack.generated.js";

/** What is wrong with a pack that fits the schema. */
export interface PackFlaw {
  /** RFC 6901 pointer into the pack. */
  pointer: string;
  message: string;
}

/** Ids that are used twice, needs that no step meets, steps that wait for each other or can never run. */
export function flawsOfGraph({ steps }: Pack): PackFlaw[] {
  const flaws: PackFlaw[] = [];
  const places = new Map<string, number>();
  for (const [i, { id }] of steps.entries()) {
    const first = places.get(id);
    if (first === undefined) places.set(id, i);
    else
      flaws.push({ pointer: `/steps/${i}/id`, message: `step ${first + 1} has the id ${id} too` });
  }
  for (const [i, { id, needs = [], if: condition }] of steps.entries()) {
    for (const [k, need] of needs.entries()) {
      const pointer = `/steps/${i}/needs/${k}`;
      if (need === id) flaws.push({ pointer, message: `${id} cannot need itself` });
      else if (!places.has(need)) flaws.push({ pointer, message: `there is no step ${need}` });
    }
    if (condition === "failure()" && needs.length === 0) {
      const message = "failure() can never hold for a step that needs no other: add needs";
      flaws.push({ pointer: `/steps/${i}/if`, message });
    }
  }
  if (flaws.length > 0) return flaws;
  const cycle = cycleIn(steps);
  if (cycle === undefined) return [];
  const pointer = `/steps/${places.get(cycle[0] ?? "") ?? 0}/needs`;
  return [{ pointer, message: `these steps wait for each other: ${cycle.join(" → ")}` }];
}

/** The ids along a cycle, the first one again at its end. */
function cycleIn(steps: readonly PackStep[]): string[] | undefined {
  const needs = new Map(steps.map((step) => [step.id, step.needs ?? []]));
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (done.has(id)) return undefined;
    for (const need of needs.get(id) ?? []) {
      const cycle = visit(need, [...path, id]);
      if (cycle !== undefined) return cycle;
    }
    done.add(id);
    return undefined;
  };
  for (const { id } of steps) {
    const cycle = visit(id, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** How a step ended; `skipped-after-failure`: what it needs did not go well. */
export type StepOutcome =
  "completed" | "failed" | "timed_out" | "canceled" | "skipped" | "skipped-after-failure";

/** What is to be done with a step. */
export type StepVerdict =
  { do: "wait" } | { do: "run" } | { do: "skip"; outcome: StepOutcome; reason: string };

const WENT_WELL: ReadonlySet<StepOutcome> = new Set(["completed", "skipped"]);

/**
 * What is to be done with a step, as far as the others have come. A step that was skipped because its
 * condition did not hold is no failure to those that need it; one that was skipped because something
 * failed is.
 */
export function verdictOn(
  { needs = [], if: condition = "success()" }: PackStep,
  outcomes: ReadonlyMap<string, StepOutcome>,
): StepVerdict {
  const unwell: string[] = [];
  for (const need of needs) {
    const outcome = outcomes.get(need);
    if (outcome === undefined) return { do: "wait" };
    if (!WENT_WELL.has(outcome)) unwell.push(need);
  }
  if (condition === "always()" || (condition === "failure()") === unwell.length > 0) {
    return { do: "run" };
  }
  return unwell.length === 0
    ? { do: "skip", outcome: "skipped", reason: "nothing that it needs has failed" }
    : {
        do: "skip",
        outcome: "skipped-after-failure",
        reason: `${unwell.join(", ")} did not complete`,
      };
}
