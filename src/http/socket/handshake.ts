import type { IncomingMessage } from "node:http";
import { problem, type Problem } from "../../wire/problem.js";
import { SUBPROTOCOL } from "../../wire/socket.js";
import { isAllowed } from "../headers.js";
import { TOKEN_PARAMETERS, unknownAmong } from "../known-parameters.js";
import { unavailable } from "../problem-reply.js";
import type { Serving } from "../serving.js";

export const SOCKET_PATH = "/v1/ws";

/** Whether a request asks for a WebSocket here (RFC 6455, section 4.2.1), be it granted or not. */
export function isHandshake({ method, url = "", headers, httpVersion }: IncomingMessage): boolean {
  return (
    method === "GET" &&
    httpVersion === "1.1" &&
    url.split("?", 1)[0] === SOCKET_PATH &&
    headers.upgrade?.toLowerCase() === "websocket"
  );
}

/**
 * Why a request at the socket's address gets no WebSocket; undefined when it may have one.
 *
 * A browser lets every page open a socket to everywhere, and says only which page it is: what keeps foreign
 * pages from reading other answers does not keep them from reading a socket.
 */
export function refusalOf(
  { url = "", headers }: IncomingMessage,
  { draining, config }: Pick<Serving, "draining" | "config">,
): Problem | undefined {
  if (draining.aborted) return unavailable("The server is shutting down.");
  const { origin } = headers;
  if (origin !== undefined && !isAllowed(origin, config.http.corsOrigins)) {
    const detail =
      "RUNTRAIL_CORS_ORIGINS says which pages may use the API beside those of this machine.";
    return problem("forbidden-origin", detail, { pointer: "/headers/origin" });
  }
  if (headers["sec-websocket-key"] === undefined || headers["sec-websocket-version"] !== "13") {
    return problem("upgrade-required", "Open a WebSocket of version 13 (RFC 6455) here.");
  }
  const [, query = ""] = url.split("?", 2);
  const given = [...new URLSearchParams(query).keys()];
  const unknown = unknownAmong(given, TOKEN_PARAMETERS, []);
  if (unknown) return unknown.problem;
  const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  if (offered.includes(SUBPROTOCOL)) return undefined;
  return problem("bad-request", `Offer the subprotocol ${SUBPROTOCOL}.`, {
    pointer: "/headers/sec-websocket-protocol",
  });
}
