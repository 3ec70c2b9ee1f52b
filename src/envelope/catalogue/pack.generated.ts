// Made from schemas/ by schemas/generate.mjs. Edit those, then run `npm run build`.

/**
 * A pack file: steps to run, in the order that their needs allow.
 */
export interface Pack {
  /**
   * The pack's id.
   */
  pack: string;
  /**
   * The pack's version; in YAML, quote it. Default: 0.
   */
  version?: string;
  /**
   * The pack's name, for people.
   */
  name?: string;
  /**
   * Environment variables of every step.
   */
  env?: {
    [k: string]: string | number | boolean;
  };
  /**
   * The parameters by name, each with its default; null means that one must be given.
   */
  params?: {
    [k: string]: string | number | boolean | null;
  };
  /**
   * The steps.
   *
   * @minItems 1
   * @maxItems 1000
   */
  steps: PackStep[];
}
/**
 * One step: a command, or a gate that waits for an approval, or both (the gate first).
 */
export interface PackStep {
  /**
   * The step's id, unique in the pack.
   */
  id: string;
  /**
   * The step's name, for people.
   */
  name?: string;
  /**
   * The command, for the shell.
   */
  run?: string;
  /**
   * The ids of the steps that must have ended before this one.
   *
   * Items: One id in a scope path.
   */
  needs?: string[];
  /**
   * Environment variables of this step, over those of the pack.
   */
  env?: {
    [k: string]: string | number | boolean;
  };
  /**
   * How long the command may take.
   */
  timeout?: number | string;
  /**
   * What to do when the command fails.
   */
  retry?: {
    /**
     * How many attempts there may be in all.
     */
    maxAttempts: number;
    /**
     * How long to wait before the next attempt.
     */
    delay?: number | string;
  };
  /**
   * When to run it: if all that it needs went well, if any of it failed, or in any case.
   */
  if?: "success()" | "failure()" | "always()";
  /**
   * The gate to wait at before the command: its name, or its name with a timeout.
   */
  approval?:
    | string
    | {
        /**
         * The gate's name.
         */
        gate: string;
        /**
         * How long to wait for a decision.
         */
        timeout?: number | string;
      };
  /**
   * The folder to run in, relative to the pack file.
   */
  cwd?: string;
  /**
   * The shell to run the command with. Default: the system's own.
   */
  shell?: string;
}
