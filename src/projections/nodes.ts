import type { EventEnvelope, JsonObject } from "../envelope/envelope.js";
import { addError, failureOf, type Failure } from "./failures.js";
import { elapsedMs } from "./instant.js";
import { addWithId, findById } from "./keyed-list.js";
import type { LevelCounts } from "./log-summary.js";
import { countOf, nameOf, textOf } from "./payload-values.js";
import type { ScopeState } from "./scope-state.js";

/** How many nodes of a scope are kept: those that came first. */
export const MAX_NODES = 10_000;

export type NodeStatus = "queued" | "running" | "completed" | "failed" | "skipped";

/** What went into a node, or came out of it. */
export interface NodeData {
  digest: string | null;
  sizeBytes: number | null;
  /** The event that holds it, or says where it is. */
  sequence: number;
}

/** A node of the workflow graph. It may run more than once; all but `starts` is of the latest time. */
export interface NodeState {
  nodeId: string;
  name: string | null;
  type: string | null;
  /** Null until a node event has told: so far it was only mentioned. */
  status: NodeStatus | null;
  stepNumber: number | null;
  parentNodeId: string | null;
  /** The highest number that an event gave its attempt. */
  attempt: number | null;
  /** How many times it started. */
  starts: number;
  startedAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
  error: Failure | null;
  /** Why it was skipped. */
  reason: string | null;
  input: NodeData | null;
  output: NodeData | null;
  /** Its log entries by level; null where it has none. */
  logs: LevelCounts | null;
  /** The first event that told of it. */
  sequence: number;
}

/** What the types of the family `node` say of a node. */
export type NodeWord =
  "queued" | "started" | "input" | "output" | "completed" | "failed" | "skipped";

/**
 * A node event. Its latest word counts: a node that starts after it had ended runs again, and one that ends
 * without a start was not seen to start.
 */
export function applyNode(
  state: ScopeState,
  word: NodeWord,
  event: EventEnvelope,
  sequence: number,
): void {
  const { payload, occurredAt } = event;
  if (word === "failed") addNodeError(state, event, sequence);
  const nodeId = nameOf(payload["nodeId"]);
  const node = nodeId === null ? undefined : nodeOf(state, nodeId, sequence);
  if (!node) {
    state.unlistedNodeEvents++;
    return;
  }
  describe(node, payload);
  switch (word) {
    case "input":
    case "output":
      node[word] = {
        digest: nameOf(payload["digest"]),
        sizeBytes: countOf(payload["sizeBytes"]),
        sequence,
      };
      return;
    case "queued":
    case "started":
      begin(node, word === "queued" ? null : occurredAt);
      return;
    default:
      node.status = word;
      node.endedAt = occurredAt;
      node.durationMs = countOf(payload["durationMs"]) ?? elapsedMs(node.startedAt, occurredAt);
      node.error = word === "failed" ? failureOf(payload["error"]) : null;
      node.reason = word === "skipped" ? textOf(payload["reason"]) : null;
  }
}

/** The node with this id, made if need be; none where there is no room for another. */
export function nodeOf(state: ScopeState, nodeId: string, sequence: number): NodeState | undefined {
  const found = findById(state.nodes, "nodeId", nodeId);
  if (found || state.nodes.length >= MAX_NODES) return found;
  const node: NodeState = {
    nodeId,
    name: null,
    type: null,
    status: null,
    stepNumber: null,
    parentNodeId: null,
    attempt: null,
    starts: 0,
    startedAt: null,
    endedAt: null,
    durationMs: null,
    error: null,
    reason: null,
    input: null,
    output: null,
    logs: null,
    sequence,
  };
  addWithId(state.nodes, "nodeId", node);
  return node;
}

function describe(node: NodeState, payload: JsonObject): void {
  node.name = nameOf(payload["nodeName"]) ?? node.name;
  node.type = nameOf(payload["nodeType"]) ?? node.type;
  node.stepNumber = countOf(payload["stepNumber"]) ?? node.stepNumber;
  node.parentNodeId = nameOf(payload["parentNodeId"]) ?? node.parentNodeId;
  const attempt = countOf(payload["attempt"]);
  if (attempt !== null) node.attempt = Math.max(attempt, node.attempt ?? 0);
}

function begin(node: NodeState, startedAt: string | null): void {
  node.status = startedAt === null ? "queued" : "running";
  if (startedAt !== null) node.starts++;
  node.startedAt = startedAt;
  node.endedAt = node.durationMs = node.error = node.reason = null;
}

function addNodeError(
  state: ScopeState,
  { payload, occurredAt }: EventEnvelope,
  sequence: number,
): void {
  const error = failureOf(payload["error"]);
  addError(state, {
    kind: "node",
    sequence,
    entry: null,
    at: occurredAt,
    level: null,
    code: error?.code ?? null,
    message: error?.message ?? null,
    nodeId: nameOf(payload["nodeId"]),
    attempt: countOf(payload["attempt"]),
  });
}
