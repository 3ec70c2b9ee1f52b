import { CLOSE_CODES } from "../wire/socket.js";
import { ProtocolError, RequestRefusedError, UnavailableError } from "./errors.js";
import type { SocketClose } from "./web-socket.js";

/** Codes of the protocol itself (RFC 6455, section 7.4.1). */
const NORMAL = 1000;
const GOING_AWAY = 1001;
const NO_STATUS = 1005;
const ABNORMAL = 1006;

/** What the server has against what we said: it would be said again in the same way. */
const OUR_FAULT: ReadonlySet<number> = new Set([
  CLOSE_CODES.notText,
  CLOSE_CODES.tooBig,
  CLOSE_CODES.malformed,
]);

/** A server that restarts sends everyone away at once: they are to come back spread over this long. */
const RESTART_MS = { least: 1000, most: 4000 };
/** How long to stay away from a full house. */
const FULL_MS = 30_000;

/**
 * What the end of a WebSocket means: undefined where it is one in good order, after which the stream goes
 * on over another. What is not known is taken for something that passes.
 *
 * @param cause - what was reported before, if anything was
 */
export function endOfSocket({ code, reason }: SocketClose, cause: unknown): Error | undefined {
  const because = reason === "" ? "" : `: ${reason}`;
  switch (code) {
    case NORMAL:
    case GOING_AWAY:
    case NO_STATUS:
    case CLOSE_CODES.maxAge:
      return undefined;
    case ABNORMAL:
      return new UnavailableError("the connection could not be made, or broke", 0, { cause });
    case CLOSE_CODES.restarting: {
      const { least, most } = RESTART_MS;
      const delayMs = Math.round(least + Math.random() * (most - least));
      return new UnavailableError(`the server restarts${because}`, delayMs);
    }
    case CLOSE_CODES.unauthorized:
      return new RequestRefusedError(401, undefined);
    case CLOSE_CODES.tooMany:
      return new UnavailableError(`the server has too many connections${because}`, FULL_MS);
  }
  if (OUR_FAULT.has(code)) {
    return new ProtocolError(`the server does not accept our messages (${code}${because})`);
  }
  return new UnavailableError(`the server closed the connection (${code}${because})`, 0);
}
