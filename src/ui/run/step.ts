import { findById } from "../../projections/keyed-list.js";
import type { ScopeState } from "../../projections/scope-state.js";
import type { AnyStatus } from "../parts/status.js";
import { visibleText } from "../parts/visible-text.js";
import type { RunView } from "./run-view.js";

/** The state of a scope of the timeline, as far as it has come in. */
export function scopeStateOf({ timeline }: RunView, scope: string): ScopeState | undefined {
  return scope === timeline.own.scope ? timeline.own : timeline.below[scope];
}

/** What a step is called: a node of a scope, or with an empty `nodeId` the scope itself. */
export function stepName(store: RunView, scope: string, nodeId: string): string {
  const state = scopeStateOf(store, scope);
  if (nodeId !== "") {
    return visibleText((state && findById(state.nodes, "nodeId", nodeId)?.name) ?? nodeId);
  }
  return visibleText(String(state?.about.name ?? scope.slice(scope.lastIndexOf("/") + 1)));
}

export function stepStatus(store: RunView, scope: string, nodeId: string): AnyStatus {
  const state = scopeStateOf(store, scope);
  if (nodeId === "") return state?.status ?? null;
  return (state && findById(state.nodes, "nodeId", nodeId)?.status) ?? null;
}
