import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** What may go into a log line and a header as it is. */
const SANE = /^[A-Za-z0-9._:/+=@-]{1,128}$/;

/** The id that the client gave its request, where it is a sane one, or else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && SANE.test(given) ? given : randomUUID();
}
