import { memberAddressOf, type ConnectionOptions } from "./connection.js";
import { ProtocolError } from "./errors.js";
import { request } from "./request.js";

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
  { signal = new AbortController().signal }: { signal?: AbortSignal } = {},
): Promise<Forgotten> {
  const address = memberAddressOf(connection, "personal-subjects", subject);
  const parts = { method: "DELETE" as const, headers: { accept: "application/json" }, signal };
  const text = await (await request(connection, address, parts)).text();
  try {
    return JSON.parse(text) as Forgotten;
  } catch (cause) {
    throw new ProtocolError("the answer to forgetting a subject is not JSON", { cause });
  }
}
