import type { ConnectionOptions } from "../client/index.js";
import type { Pack, PackStep } from "../envelope/catalogue/pack.generated.js";
import type { OutputStream } from "./line-level.js";
import type { OutputLine } from "./output-lines.js";
import type { StepOutcome } from "./pack-graph.js";
import type { ParamValues } from "./pack-params.js";
import type { Recorder } from "./recorder.js";
import type { Slots } from "./slots.js";

/** What happens while a pack runs, for whoever watches. */
export type PackProgress = { step: PackStep } & (
  | { kind: "started"; attempt: number }
  | { kind: "line"; stream: OutputStream; line: OutputLine }
  | { kind: "waiting-for-approval"; scope: string; approvalId: string; gate: string }
  | { kind: "approved"; by: string }
  | { kind: "retrying"; message: string; inMs: number; attempt: number; maxAttempts: number }
  | { kind: "ended"; outcome: StepOutcome; durationMs: number; message?: string }
);

/** What the steps of one run of a pack have in common. */
export interface PackContext {
  pack: Pack;
  params: ParamValues;
  /** Steps name their folders relative to this one. */
  folder: string;
  env: NodeJS.ProcessEnv;
  runId: string;
  connection: ConnectionOptions;
  recorder: Recorder;
  slots: Slots;
  /** Aborts when the run is to end early: commands get SIGTERM, and after a while SIGKILL. */
  cancel: AbortSignal;
  /** Aborts when that is not early enough. */
  kill: AbortSignal;
  onProgress: (progress: PackProgress) => void;
}

export function runScopeOf({ runId }: PackContext): string {
  return `runs/${runId}`;
}

/** A pack's id is unique in the run that it has for itself. */
export function packScopeOf({ runId, pack }: PackContext): string {
  return `runs/${runId}/pack-runs/${pack.pack}`;
}

export function stepScopeOf(context: PackContext, { id }: PackStep): string {
  return `${packScopeOf(context)}/jobs/${id}`;
}
