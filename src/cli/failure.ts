import { ConfigError } from "../config.js";
import { ProtocolError, RequestRefusedError, UnavailableError } from "../client/index.js";

/** The exit statuses that all commands share. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** A command cannot do what it was asked for; the message says what to do instead, in one line. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  constructor(
    message: string,
    readonly exitCode: number = EXIT.failed,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** One line for people, and the status to exit with. */
export function describeFailure(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CommandFailure) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof ConfigError) return { message: error.message, exitCode: EXIT.usage };
  return { message: messageOf(error), exitCode: EXIT.failed };
}

function messageOf(error: unknown): string {
  if (error instanceof UnavailableError) {
    const because = rootCauseOf(error.cause);
    // It is there, and has said why not.
    if (because === undefined) return error.message;
    return `${error.message} (${because}). Start a server with: runtrail serve, or name yours in RUNTRAIL_URL.`;
  }
  if (error instanceof RequestRefusedError && error.status === 401) {
    return `${error.message} Put a token into RUNTRAIL_TOKEN.`;
  }
  if (error instanceof ProtocolError) {
    return `${error.message}. Is that a Runtrail server? RUNTRAIL_URL says where it is.`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** What is at the bottom of it: what the operating system said, e.g. `ECONNREFUSED`, or the innermost message. */
export function rootCauseOf(error: unknown): string | undefined {
  let message: string | undefined;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === "string") return code;
    message = cause.message;
  }
  return message;
}
