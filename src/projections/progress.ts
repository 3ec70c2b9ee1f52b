import type { ScopeState } from "./scope-state.js";

/**
 * How far the scopes of a timeline have come, 0 to 100, each asked about by its state; null of one that has
 * told nothing and has none below. A scope counts for the nearest one above it of which there is an event, at last for `own`.
 *
 * @param below all others, each once
 */
export function progressWithin(
  own: ScopeState,
  below: readonly ScopeState[],
): (state: ScopeState) => number | null {
  const childrenOf = new Map<string, ScopeState[]>([[own.scope, []]]);
  for (const state of below) childrenOf.set(state.scope, []);
  for (const state of below) {
    let above = parentOf(state.scope);
    while (above !== "" && !childrenOf.has(above)) above = parentOf(above);
    childrenOf.get(above)?.push(state);
  }
  const known = new Map<string, number | null>();
  const progressOf = (state: ScopeState): number | null => {
    let progress = known.get(state.scope);
    if (progress === undefined) {
      progress = state.endedAt === null ? (state.percentage ?? mean(state.scope)) : 100;
      known.set(state.scope, progress);
    }
    return progress;
  };
  const mean = (scope: string): number | null => {
    const children = childrenOf.get(scope) ?? [];
    if (children.length === 0) return null;
    const sum = children.reduce((total, child) => total + (progressOf(child) ?? 0), 0);
    return sum / children.length;
  };
  return progressOf;
}

/** The path without its last kind and id; empty at the top. */
function parentOf(path: string): string {
  const kind = path.lastIndexOf("/", path.lastIndexOf("/") - 1);
  return kind < 0 ? "" : path.slice(0, kind);
}
