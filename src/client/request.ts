import type { Problem } from "../wire/problem.js";
import { mayRenew, tokenOf, type ConnectionOptions } from "./connection.js";
import { RequestRefusedError, UnavailableError } from "./errors.js";

/** Said by a server or by what stands before it when the same request may succeed later. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** A request beside its address; the token is added to its headers. */
export interface RequestParts {
  method?: "GET" | "POST" | "DELETE";
  headers: Readonly<Record<string, string>>;
  body?: string;
  signal: AbortSignal;
}

/**
 * Sends a request and returns the answer if it is a good one (2xx). When the token is refused, another
 * one is asked for, once.
 *
 * @throws UnavailableError when there is no answer, or one that says to try again
 * @throws RequestRefusedError for any other
 * @throws the signal's reason when it aborts
 */
export async function request(
  connection: ConnectionOptions,
  address: URL,
  parts: RequestParts,
): Promise<Response> {
  try {
    return await requestOnce(connection, address, parts);
  } catch (error) {
    if (!mayRenew(connection, error)) throw error;
    return requestOnce(connection, address, parts);
  }
}

/** The same, but a token that is refused is refused. */
export async function requestOnce(
  connection: ConnectionOptions,
  address: URL,
  { headers, signal, ...rest }: RequestParts,
): Promise<Response> {
  const token = await tokenOf(connection, signal);
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let response: Response;
  try {
    response = await fetch(address, { ...rest, headers: { ...headers, ...authorization }, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new UnavailableError(`${address.origin} does not answer`, 0, { cause });
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (response.status >= 500 || TRANSIENT_STATUSES.has(response.status)) {
    const message = problem?.detail ?? `${address.origin} answers with status ${response.status}`;
    throw new UnavailableError(message, problem?.retryAfterMs ?? retryAfterMs(response));
  }
  throw new RequestRefusedError(response.status, problem);
}

async function problemOf(response: Response): Promise<Problem | undefined> {
  const isProblem = response.headers.get("content-type")?.includes("application/problem+json");
  // Read in any case: a body left unread keeps its connection.
  const text = await response.text().catch(() => "");
  if (!isProblem) return undefined;
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return undefined;
  }
}

/** RFC 9110, section 10.2.3, in its form of seconds. */
function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get("retry-after") ?? "0");
  return Number.isFinite(seconds) ? seconds * 1000 : 0;
}
