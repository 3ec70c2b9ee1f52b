import { memberAddressOf, type ConnectionOptions } from "./connection.js";
import { fetchJson } from "./fetch-json.js";

/** A subject whose personal data nobody can read any more. */
export interface Forgotten {
  subject: string;
  /** The key that was destroyed. */
  keyId: string;
  /** RFC 3339. */
  forgottenAt: string;
}

/**
 * Has the key of a subject's personal data destroyed; of a subject that is forgotten already, tells when
 * that was. When it throws UnavailableError it is not known whether it was done: ask again.
 *
 * @throws RequestRefusedError `not-found` when there has never been personal data of the subject
 * @throws UnavailableError, ProtocolError
 */
export async function forget(
  connection: ConnectionOptions,
  subject: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Forgotten> {
  const address = memberAddressOf(connection, "personal-subjects", subject);
  return (await fetchJson(connection, address, { method: "DELETE", signal })) as Forgotten;
}
