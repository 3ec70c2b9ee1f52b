import { hashText } from "../envelope/hash.js";
import { KeyedStream } from "./keyed-stream.js";
import type { Log } from "./stream.js";

/** A key that personal data of a subject is encrypted with. */
export interface PersonalKey {
  id: string;
  /** 32 bytes of AES-256. */
  bytes: Uint8Array<ArrayBuffer>;
  /** RFC 3339. */
  createdAt: string;
}

export type FoundKey =
  | { state: "known"; key: PersonalKey; isOf: (subject: string) => boolean }
  /** `at` is when, RFC 3339, where that is known. */
  | { state: "destroyed"; at: string | undefined };

/** What is left of a subject that was forgotten. */
export interface Forgotten {
  /** The key that was destroyed. */
  keyId: string;
  /** RFC 3339. */
  forgottenAt: string;
}

/** There are as many keys as there may be. */
export class TooManyKeysError extends Error {
  override readonly name = "TooManyKeysError";
  constructor(readonly limit: number) {
    super(
      `there are ${limit} keys for personal data already; RUNTRAIL_MAX_PERSONAL_KEYS is the bound`,
    );
  }
}

const KEY_BYTES = 32;
const KEY_ID = /^[0-9a-f]{32}$/;

/** The value of a subject; it alone has the bytes of the key. */
type SubjectValue = { keyId: string; key: string; createdAt: string } | Forgotten;
/** The value of a key's id. */
type IdValue = { subject: string } | { forgottenAt: string };

/**
 * The keys of personal data, one a tenant and subject, in a stream beside the log. Subjects are in it as
 * hashes. Several gateways that need the key of a new subject at once agree on one.
 */
export class PersonalKeys {
  readonly #values: KeyedStream;

  private constructor(
    values: KeyedStream,
    /** How many keys there may be, destroyed ones included. */
    readonly limit: number,
  ) {
    this.#values = values;
  }

  static async open(log: Log, replicas: number, limit: number): Promise<PersonalKeys> {
    // An older value goes when it has been overwritten, not before: then its bytes would be left.
    const options = { name: "KEYS", replicas, keepsOlder: true };
    return new PersonalKeys(await KeyedStream.open(log, options), limit);
  }

  /**
   * The key with which new data of a subject is encrypted. A subject that has none, or has been forgotten,
   * gets a new one. Always asks the store: a gateway that remembered a key would go on encrypting with it
   * after another one has destroyed it.
   *
   * @throws TooManyKeysError
   */
  async current(tenant: string, subject: string): Promise<PersonalKey> {
    const token = tokenOf(tenant, subject);
    for (;;) {
      const found = await this.#values.read(subjectKey(tenant, token));
      const value = found && subjectValue(found.text);
      if (value && "key" in value) return keyOf(value);
      const made = await this.#create(tenant, token, found?.sequence ?? 0);
      if (made) return made;
    }
  }

  /** The key by its id; undefined when there has never been one. */
  async find(tenant: string, keyId: string): Promise<FoundKey | undefined> {
    if (!KEY_ID.test(keyId)) return undefined;
    const found = await this.#values.read(idKey(tenant, keyId));
    if (!found) return undefined;
    const id = idValue(found.text);
    if ("forgottenAt" in id) return { state: "destroyed", at: id.forgottenAt };
    const subject = await this.#values.read(subjectKey(tenant, id.subject));
    const value = subject && subjectValue(subject.text);
    if (value?.keyId !== keyId) return { state: "destroyed", at: undefined };
    if (!("key" in value)) return { state: "destroyed", at: value.forgottenAt };
    const isOf = (name: string) => tokenOf(tenant, name) === id.subject;
    return { state: "known", key: keyOf(value), isOf };
  }

  /**
   * Destroys the key of a subject; what is encrypted with it can be read by nobody any more. When it
   * resolves, the key is overwritten in the store. One that fails in the middle has to be called again, and
   * finishes what it began; of a subject that is forgotten already, it tells when that was.
   *
   * @returns undefined when the subject has never had a key
   */
  async forget(tenant: string, subject: string): Promise<Forgotten | undefined> {
    const token = tokenOf(tenant, subject);
    const key = subjectKey(tenant, token);
    for (;;) {
      const found = await this.#values.read(key);
      if (!found) return undefined;
      const value = subjectValue(found.text);
      if ("forgottenAt" in value) {
        await this.#erase(tenant, key, value, found.sequence);
        return value;
      }
      // First nobody is given the key any more, then it goes: a crash in between leaves a tombstone, by
      // which the next call knows what is left to be done.
      const tombstone = { keyId: value.keyId, forgottenAt: new Date().toISOString() };
      const sequence = await this.#values.write(key, JSON.stringify(tombstone), found.sequence);
      if (sequence === undefined) continue;
      await this.#erase(tenant, key, tombstone, sequence);
      return tombstone;
    }
  }

  /** How many keys there are, destroyed ones included. */
  async count(): Promise<number> {
    // A subject's value, and one for the id of each of its keys.
    return Math.ceil((await this.#values.count()) / 2);
  }

  /** Undefined when another gateway has made one in between. */
  async #create(
    tenant: string,
    token: string,
    expectedSequence: number,
  ): Promise<PersonalKey | undefined> {
    if ((await this.count()) >= this.limit) throw new TooManyKeysError(this.limit);
    const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("hex");
    const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
    const createdAt = new Date().toISOString();
    // The id first: an event must not name a key that cannot be asked for.
    const reference = JSON.stringify({ subject: token } satisfies IdValue);
    const idSequence = await this.#values.write(idKey(tenant, id), reference);
    const value: SubjectValue = {
      keyId: id,
      key: Buffer.from(bytes).toString("base64"),
      createdAt,
    };
    const sequence = await this.#values.write(
      subjectKey(tenant, token),
      JSON.stringify(value),
      expectedSequence,
    );
    if (sequence !== undefined) return { id, bytes, createdAt };
    if (idSequence !== undefined) await this.#values.erase(idSequence);
    return undefined;
  }

  async #erase(
    tenant: string,
    key: string,
    { keyId, forgottenAt }: Forgotten,
    sequence: number,
  ): Promise<void> {
    await this.#values.eraseOlder(key, sequence);
    const found = await this.#values.read(idKey(tenant, keyId));
    if (found && "forgottenAt" in idValue(found.text)) return;
    const text = JSON.stringify({ forgottenAt } satisfies IdValue);
    const idSequence = await this.#values.write(idKey(tenant, keyId), text);
    if (idSequence !== undefined) await this.#values.eraseOlder(idKey(tenant, keyId), idSequence);
  }
}

function subjectKey(tenant: string, token: string): string {
  return `${tenant}.subject.${token}`;
}

function idKey(tenant: string, keyId: string): string {
  return `${tenant}.id.${keyId}`;
}

/** What stands for a subject in the store: a subject may be an address, and any text. */
function tokenOf(tenant: string, subject: string): string {
  return hashText(`${tenant} ${subject}`).slice("sha256:".length);
}

function keyOf({ keyId, key, createdAt }: Extract<SubjectValue, { key: string }>): PersonalKey {
  return { id: keyId, bytes: Uint8Array.from(Buffer.from(key, "base64")), createdAt };
}

function subjectValue(text: string): SubjectValue {
  return JSON.parse(text) as SubjectValue;
}

function idValue(text: string): IdValue {
  return JSON.parse(text) as IdValue;
}
