import { endOfCanonical } from "../envelope/canonical-bytes.js";
import { MAX_DEPTH } from "../envelope/canonical.js";
import { MemberMarks } from "../envelope/member-marks.js";

const QUOTE = 0x22;
const ONE = 0x31;
const OPEN_OBJECT = 0x7b;

/** The members of an envelope in canonical order; those with a mark may be left out. */
const MEMBERS = [
  ...["actor?", "causationId?", "correlationId", "hash", "id", "index", "occurredAt", "origin"],
  ...["payload", "prev", "scope", "source", "tenant", "traceparent?", "type", "v"],
].map((name) => ({
  key: new TextEncoder().encode(`${name.replace("?", "")}"`),
  isOptional: name.endsWith("?"),
}));
const ACTOR = 0;
export const HASH = 3;
export const INDEX = 5;
export const ORIGIN = 7;
const PAYLOAD = 8;
export const PREV = 9;
export const SCOPE = 10;
export const TENANT = 12;
export const TYPE = 14;
const V = 15;

/** Where the members of an envelope are in its bytes; one object for many envelopes. */
export class EnvelopeMembers {
  readonly #marks = new MemberMarks();
  /** For each member of an envelope, which mark it has. */
  readonly #markOf = new Int32Array(MEMBERS.length);

  /**
   * Looks at the envelope that starts at a place: whether it is canonical and has the members that an
   * envelope has, each of its kind of value. What stands in them is not looked at.
   *
   * @returns where it ends; -1 where there is none
   */
  find(bytes: Uint8Array, at: number): number {
    const end = endOfCanonical(bytes, at, MAX_DEPTH, this.#marks);
    return end >= 0 && this.#isEnvelope(bytes) ? end : -1;
  }

  /** The text of a member's value. */
  raw(text: string, member: number): string {
    const mark = this.#markOf[member] ?? 0;
    return text.slice(this.#marks.value(mark), this.#marks.end(mark));
  }

  /** What stands between the quotes of a member's value. */
  text(text: string, member: number): string {
    const mark = this.#markOf[member] ?? 0;
    return text.slice(this.#marks.value(mark) + 1, this.#marks.end(mark) - 1);
  }

  /** Where a member's key starts, behind its quote. */
  key(member: number): number {
    return this.#marks.key(this.#markOf[member] ?? 0);
  }

  /** Where its value starts. */
  value(member: number): number {
    return this.#marks.value(this.#markOf[member] ?? 0);
  }

  /** Where its value ends. */
  end(member: number): number {
    return this.#marks.end(this.#markOf[member] ?? 0);
  }

  /** Whether the marks are those of the members of an envelope, and each is of its kind. */
  #isEnvelope(bytes: Uint8Array): boolean {
    const marks = this.#marks;
    let mark = 0;
    for (let member = 0; member < MEMBERS.length; member++) {
      const { key, isOptional } = MEMBERS[member] as (typeof MEMBERS)[number];
      const isThere = mark < marks.count && standsAt(key, bytes, marks.key(mark));
      if (!isThere && !isOptional) return false;
      this.#markOf[member] = isThere ? mark : -1;
      if (!isThere) continue;
      const value = marks.value(mark);
      const first = bytes[value];
      if (member === ACTOR || member === PAYLOAD) {
        if (first !== OPEN_OBJECT) return false;
      } else if (member !== INDEX && member !== V && member !== PREV) {
        // A text that is not empty.
        if (first !== QUOTE || marks.end(mark) - value <= 2) return false;
      }
      mark++;
    }
    const version = marks.value(mark - 1);
    return mark === marks.count && bytes[version] === ONE && marks.end(mark - 1) === version + 1;
  }
}

/** Whether a key stands at a place. */
function standsAt(key: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < key.length; i++) if (bytes[at + i] !== key[i]) return false;
  return true;
}
