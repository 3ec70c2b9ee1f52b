import type { EventEnvelope } from "../envelope/envelope.js";
import { pushNewest } from "./newest.js";
import { countOf, nameOf, textOf } from "./payload-values.js";
import type { ScopeState } from "./scope-state.js";

/** How many artifacts are kept: the newest. */
export const MAX_ARTIFACTS = 1000;

const MAX_URI = 4096;

/** A file or value that was produced and kept. */
export interface Artifact {
  sequence: number;
  at: string;
  name: string | null;
  uri: string | null;
  digest: string | null;
  mediaType: string | null;
  sizeBytes: number | null;
  nodeId: string | null;
  stepId: string | null;
}

export function applyArtifact(
  state: ScopeState,
  { payload, occurredAt }: EventEnvelope,
  sequence: number,
): void {
  state.counts.artifacts++;
  const artifact: Artifact = {
    sequence,
    at: occurredAt,
    name: nameOf(payload["name"]),
    uri: textOf(payload["uri"], MAX_URI),
    digest: nameOf(payload["digest"]),
    mediaType: nameOf(payload["mediaType"]),
    sizeBytes: countOf(payload["sizeBytes"]),
    nodeId: nameOf(payload["nodeId"]),
    stepId: nameOf(payload["stepId"]),
  };
  pushNewest(state.artifacts, artifact, MAX_ARTIFACTS);
}
