import type { ScopeKind } from "../../envelope/scope.js";
import type { NodeState } from "../../projections/nodes.js";
import type { ScopeState } from "../../projections/scope-state.js";
import type { Timeline } from "../../projections/timeline.js";
import type { AnyStatus } from "../parts/status.js";
import { visibleText } from "../parts/visible-text.js";

/** A piece of a bar: what went on from then until then; with null it still does. */
export interface Piece {
  kind: "waiting" | "active";
  from: number;
  to: number | null;
  status: AnyStatus;
  /** What it is, in words. */
  title: string;
}

export interface Mark {
  at: number;
  title: string;
}

/** A bar of the waterfall: a scope or a node. */
export interface Bar {
  /** A scope's path, or `<scope>#<node>`: as in the address. */
  key: string;
  depth: number;
  scope: string;
  /** Empty: it is the scope itself. */
  nodeId: string;
  name: string;
  /** What it is, where its name alone does not say so. */
  kind: string;
  status: AnyStatus;
  pieces: Piece[];
  marks: Mark[];
  hasChildren: boolean;
}

/** The bars of a timeline, nested, in the order in which they first appeared; what is folded is left out. */
export function timelineBars(
  { own, below }: Timeline,
  closed: ReadonlySet<string>,
): readonly Bar[] {
  const isRooted = own.scope !== "";
  const childrenOf = new Map<string, ScopeState[]>();
  for (const state of Object.values(below)) {
    const parent = parentIn(state.scope, below, own.scope);
    const children = childrenOf.get(parent);
    if (children) children.push(state);
    else childrenOf.set(parent, [state]);
  }
  const bars: Bar[] = [];
  const add = (state: ScopeState, depth: number): void => {
    const children = childrenOf.get(state.scope) ?? [];
    const belongings = belongingsOf(state);
    const marks = belongings.marks.get("") ?? [];
    const hasChildren = children.length + state.nodes.length > 0;
    bars.push({ ...barOfScope(state), depth, marks, hasChildren });
    if (closed.has(state.scope)) return;
    for (const part of inOrder(belongings.nodes.get("") ?? [], children)) {
      if ("nodeId" in part) addNode(bars, state.scope, part, belongings, depth + 1, closed);
      else add(part, depth + 1);
    }
  };
  if (isRooted) add(own, 0);
  else for (const child of childrenOf.get("") ?? []) add(child, 0);
  return bars;
}

/** The nearest scope above of which there is an event. */
function parentIn(scope: string, below: Timeline["below"], root: string): string {
  let end = scope.length;
  for (;;) {
    end = scope.lastIndexOf("/", scope.lastIndexOf("/", end - 1) - 1);
    if (end <= 0) return root;
    const above = scope.slice(0, end);
    if (above === root || below[above]) return above;
  }
}

/** Both as they first appeared. */
function inOrder(
  nodes: readonly NodeState[],
  scopes: readonly ScopeState[],
): (NodeState | ScopeState)[] {
  const first = (part: NodeState | ScopeState) =>
    "nodeId" in part ? part.sequence : (part.firstSequence ?? 0);
  return [...nodes, ...scopes].sort((one, other) => first(one) - first(other));
}

/** What belongs to which node of a scope; what belongs to none is under an empty id. */
interface Belongings {
  nodes: ReadonlyMap<string, NodeState[]>;
  marks: ReadonlyMap<string, Mark[]>;
}

function belongingsOf({ nodes, milestones }: ScopeState): Belongings {
  const known = new Set(nodes.map(({ nodeId }) => nodeId));
  const ownerOf = (nodeId: string | null) => (nodeId !== null && known.has(nodeId) ? nodeId : "");
  return {
    nodes: Map.groupBy(nodes, ({ parentNodeId, nodeId }) =>
      parentNodeId === nodeId ? "" : ownerOf(parentNodeId),
    ),
    marks: new Map(
      [...Map.groupBy(milestones, ({ nodeId }) => ownerOf(nodeId))].map(([nodeId, own]) => [
        nodeId,
        own.map(({ at, message, userFriendlyMessage }) => ({
          at: Date.parse(at),
          title: visibleText(userFriendlyMessage ?? message ?? "Milestone"),
        })),
      ]),
    ),
  };
}

/** A node and those that belong to it. In a circle of nodes none is anybody's first, so none is shown. */
function addNode(
  bars: Bar[],
  scope: string,
  node: NodeState,
  belongings: Belongings,
  depth: number,
  closed: ReadonlySet<string>,
): void {
  const { nodeId } = node;
  const children = belongings.nodes.get(nodeId) ?? [];
  const marks = belongings.marks.get(nodeId) ?? [];
  const bar = { ...barOfNode(scope, node), depth, marks, hasChildren: children.length > 0 };
  bars.push(bar);
  if (closed.has(bar.key)) return;
  for (const child of children) addNode(bars, scope, child, belongings, depth + 1, closed);
}

const KINDS: Record<ScopeKind, string> = { runs: "run", "pack-runs": "pack run", jobs: "" };

function barOfScope(state: ScopeState): Omit<Bar, "depth" | "marks" | "hasChildren"> {
  const { scope, kind, status, about } = state;
  return {
    key: scope,
    scope,
    nodeId: "",
    name: visibleText(String(about.name ?? scope.slice(scope.lastIndexOf("/") + 1))),
    kind: KINDS[kind],
    status,
    pieces: piecesOf(state),
  };
}

function barOfNode(
  scope: string,
  { nodeId, name, status, startedAt, endedAt }: NodeState,
): Omit<Bar, "depth" | "marks" | "hasChildren"> {
  const pieces: Piece[] = [];
  if (startedAt !== null) {
    const to = endedAt === null ? null : Date.parse(endedAt);
    pieces.push({ kind: "active", from: Date.parse(startedAt), to, status, title: "Running" });
  }
  return {
    key: `${scope}#${nodeId}`,
    scope,
    nodeId,
    name: visibleText(name ?? nodeId),
    kind: "",
    status,
    pieces,
  };
}

/** From when it was asked for until it ended: waiting for its start, its attempts, and the waits between them. */
function piecesOf(state: ScopeState): Piece[] {
  const { createdAt, startedAt, endedAt, status, attempts } = state;
  if (createdAt === null) return [];
  const pieces: Piece[] = [];
  let from = Date.parse(createdAt);
  const waitUntil = (to: number | null, title: string) => {
    if (to === null || to > from) pieces.push({ kind: "waiting", from, to, status, title });
    from = to ?? from;
  };
  const end = endedAt === null ? null : Date.parse(endedAt);
  if (attempts.length === 0) {
    waitUntil(startedAt === null ? end : Date.parse(startedAt), "Queued");
    if (startedAt !== null)
      pieces.push({ kind: "active", from, to: end, status, title: "Running" });
    return pieces;
  }
  for (const attempt of attempts) {
    if (attempt.startedAt === null) continue;
    waitUntil(
      Date.parse(attempt.startedAt),
      attempt.number === 1 ? "Queued" : `Waiting for attempt ${attempt.number}`,
    );
    const to = attempt.endedAt === null ? end : Date.parse(attempt.endedAt);
    const title = attempts.length === 1 ? "Running" : `Attempt ${attempt.number}`;
    pieces.push({ kind: "active", from, to, status: attempt.status, title });
    from = to ?? from;
  }
  const isWaiting = end === null && pieces.at(-1)?.to !== null;
  if (isWaiting) waitUntil(null, state.retry ? "Waiting for the next attempt" : "Waiting");
  return pieces;
}
