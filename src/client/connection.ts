import { problem } from "../wire/problem.js";
import { correlationIn } from "../wire/timeline.js";
import { RequestRefusedError, UnavailableError } from "./errors.js";
import type { WebSocketConstructor } from "./web-socket.js";

/** Where the server is, and how to get in. */
export interface ConnectionOptions {
  /** The server's address, e.g. `http://127.0.0.1:4280`; a path in it is kept as a prefix. */
  url: string;
  /**
   * The bearer token. A function is asked for it before each request and each connection, and once more
   * when the server refuses what it gave; when it throws, that is as if the server could not be reached.
   */
  token?: string | (() => string | Promise<string>);
  /**
   * What WebSockets are made with, where there is no global `WebSocket` or another one is wanted: in
   * Node.js before 22, that of the package `ws`.
   */
  WebSocket?: WebSocketConstructor;
}

/** What there is below a scope, or below the whole tenant. */
type Resource =
  | "events"
  | "stream"
  | "bundle"
  | "keys"
  | "checkpoint"
  | "proofs/inclusion"
  | "proofs/consistency"
  | "runs"
  | "logs"
  | "stats"
  | "subscriptions"
  | "sample-runs"
  | "reindex";

/**
 * The address of a resource below a scope: `…/v1/runs/r-42/stream?after=…`; without one, of the scope itself.
 * An empty scope is the whole tenant. Parameters that are undefined are left out.
 *
 * @throws RequestRefusedError for a scope that no address can name
 */
export function addressOf(
  { url }: ConnectionOptions,
  scope: string,
  resource: Resource | undefined,
  parameters: Readonly<Record<string, string | number | undefined>> = {},
): URL {
  const parts = ["v1", ...partsOf(scope), ...(resource === undefined ? [] : [resource])];
  const address = new URL(parts.join("/"), baseOf(url));
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) address.searchParams.set(name, String(value));
  }
  return address;
}

/**
 * The address of one of a collection: `…/v1/personal-keys/<name>`.
 *
 * @throws RequestRefusedError for a name that no address can hold
 */
export function memberAddressOf(
  { url }: ConnectionOptions,
  collection: "personal-keys" | "personal-subjects" | "subscriptions",
  name: string,
): URL {
  const address = `v1/${collection}/${demandPart(name, name)}`;
  return new URL(address, baseOf(url));
}

/** The address of the WebSocket. It carries the token, because a browser cannot set a header there. */
export function socketAddressOf({ url }: ConnectionOptions, token: string | undefined): URL {
  const address = new URL("v1/ws", baseOf(url));
  address.protocol = address.protocol.replace("http", "ws");
  if (token !== undefined) address.searchParams.set("access_token", token);
  return address;
}

function baseOf(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

function partsOf(scope: string): string[] {
  if (scope === "") return [];
  // A correlation id may hold slashes, and is one part all the same.
  const correlationId = correlationIn(scope);
  const parts = correlationId === undefined ? scope.split("/") : ["correlations", correlationId];
  return parts.map((part) => demandPart(part, scope));
}

/** A part of an address, encoded. A URL takes these for steps, even encoded: it would be of something else. */
function demandPart(part: string, whole: string): string {
  if (part !== "" && part !== "." && part !== "..") return encodeURIComponent(part);
  const detail = `${JSON.stringify(whole)} cannot be asked for by its address.`;
  throw new RequestRefusedError(400, problem("bad-scope", detail));
}

/**
 * The token to show now.
 *
 * @throws UnavailableError when it cannot be had
 * @throws the signal's reason when it aborts
 */
export async function tokenOf(
  { token }: ConnectionOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (typeof token !== "function") return token;
  signal.throwIfAborted();
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the reason is
      reject(signal.reason);
    };
  });
  signal.addEventListener("abort", giveUp);
  try {
    return await Promise.race([Promise.resolve(token()), aborted]);
  } catch (cause) {
    signal.throwIfAborted();
    throw new UnavailableError("the token could not be had", 0, { cause });
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/** Whether asking for the token once more can help against a refusal. */
export function mayRenew({ token }: ConnectionOptions, error: unknown): boolean {
  return (
    typeof token === "function" && error instanceof RequestRefusedError && error.status === 401
  );
}
