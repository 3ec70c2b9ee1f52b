import type { EventEnvelope, JsonObject, JsonValue } from "../envelope/envelope.js";
import { canonicalize } from "../envelope/canonical.js";
import { prepareSeal } from "../envelope/seal.js";
import type { PersonalKeys } from "../log/personal-keys.js";
import { decryptValue, DecryptionError, encryptValue, readEncrypted } from "../personal/cipher.js";
import { findMarked, replaceMarked } from "../personal/marked.js";
import type { PersonalMember } from "../personal/personal-member.js";
import type { PendingDraft } from "./pending.js";

/** Encrypts personal data on its way into the log, and recognises it there. */
export class PersonalData {
  constructor(readonly keys: PersonalKeys) {}

  /**
   * Encrypts what personal data the draft holds, so that it can be sealed.
   *
   * @throws TooManyKeysError, and whatever a store that does not answer throws; then nothing has changed
   */
  async encrypt(pending: PendingDraft): Promise<void> {
    const { tenant, scope, id, personal, draft, unsealed } = pending;
    const binding = { tenant, scope: scope.path, id };
    const subjects = [...new Set(personal.map(({ subject }) => subject))];
    const keys = new Map(
      await Promise.all(
        subjects.map(
          async (subject) => [subject, await this.keys.current(tenant, subject)] as const,
        ),
      ),
    );
    const encrypted = new Map<string, JsonValue>();
    for (const { pointer, subject, value } of personal) {
      const key = keys.get(subject);
      if (!key) throw new Error("each subject has been given a key");
      const data = await encryptValue(value, key.id, key.bytes, binding);
      encrypted.set(pointer, { $enc: { ...data } });
    }
    const payload = replaceMarked(
      draft.payload,
      "$personal",
      ({ pointer, object }) => encrypted.get(pointer) ?? object,
    );
    pending.unsealed = { ...unsealed, payload };
    pending.prepared = prepareSeal(pending.unsealed);
  }

  /**
   * The payload of a stored event as the draft has it: encrypted data that says the same about the same
   * subject becomes the draft's own. Data whose key is destroyed can say nothing any more, and is taken for
   * the same: the event has the draft's id, and to refuse it for ever would help nobody.
   */
  async restore(event: EventEnvelope, personal: readonly PersonalMember[]): Promise<JsonObject> {
    const sent = new Map(personal.map((member) => [member.pointer, member]));
    const same = new Map<string, JsonValue>();
    for (const { pointer, object } of findMarked(event.payload, "$enc")) {
      const member = sent.get(pointer);
      if (!member || !(await this.#isSame(event, object, member))) continue;
      const { subject, value } = member;
      same.set(pointer, { $personal: { subject, value } });
    }
    return replaceMarked(
      event.payload,
      "$enc",
      ({ pointer, object }) => same.get(pointer) ?? object,
    );
  }

  async #isSame(
    event: EventEnvelope,
    object: JsonObject,
    { subject, value }: PersonalMember,
  ): Promise<boolean> {
    const data = readEncrypted(object);
    const found = data && (await this.keys.find(event.tenant, data.keyId));
    if (!found) return false;
    if (found.state === "destroyed") return true;
    if (!found.isOf(subject)) return false;
    try {
      const stored = await decryptValue(data, found.key.bytes, event);
      return canonicalize(stored) === canonicalize(value);
    } catch (error) {
      if (error instanceof DecryptionError) return false;
      throw error;
    }
  }
}
