import { addressOf, type ConnectionOptions } from "./connection.js";
import { fetchJson } from "./fetch-json.js";

/**
 * Has the server make its read model anew from the log. Until that has caught up, answers about states, runs and logs
 * are of how far it has got; events go on meanwhile.
 *
 * @throws UnavailableError where it has none, ProtocolError
 */
export async function reindex(
  connection: ConnectionOptions,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  await fetchJson(connection, addressOf(connection, "", "reindex"), { method: "POST", signal });
}
