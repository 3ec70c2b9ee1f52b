import type { PayloadByType } from "../envelope/catalogue/catalogue.js";
import { exitStatus, type CommandEnd } from "./command.js";

type EventError = PayloadByType["job.failed"]["error"];

/** What a failed command means to those who read the trail; undefined when it went well. */
export function errorOf(end: CommandEnd): EventError | undefined {
  switch (end.kind) {
    case "exited":
      if (end.exitCode === 0) return undefined;
      return {
        code: "exit-nonzero",
        message: `The command exited with code ${end.exitCode}.`,
        retryable: true,
      };
    case "signaled":
      return {
        code: "signal",
        message: `The command was ended by ${end.signal}.`,
        retryable: true,
      };
    case "not-started":
      return {
        code: end.code === "ENOENT" ? "command-not-found" : "not-executable",
        message: `The command could not be started: ${end.message}.`,
        retryable: false,
      };
  }
}

/** The members of a job's last event that tell how its command ended. */
export function endFacts(end: CommandEnd): { exitCode: number; signal?: string } {
  const exitCode = exitStatus(end);
  return end.kind === "signaled" ? { exitCode, signal: end.signal } : { exitCode };
}
