import type { JsonObject, JsonValue } from "../envelope/envelope.js";
import { CONTEXT_PATTERNS } from "./context-patterns.js";
import { KEY_BLOCK, redactKeyBlocks } from "./key-block.js";
import { literalScan } from "./literal-scan.js";
import { placeholder, redactText, type RedactionPattern } from "./pattern.js";
import { secretIn } from "./secret-member.js";
import { TOKEN_PATTERNS } from "./token-patterns.js";

/** Everything that is known without an operator's help. */
const BUILT_IN: readonly RedactionPattern[] = [...TOKEN_PATTERNS, ...CONTEXT_PATTERNS];

/** What the built-in patterns are called. */
export const BUILT_IN_NAMES: ReadonlySet<string> = new Set(BUILT_IN.map(({ name }) => name));

export interface RedactorOptions {
  /** Whether the built-in patterns are looked for. */
  builtIn: boolean;
  /** The operator's own, as {@link RedactionPattern}s without a hint: they are tried on every text. */
  patterns: readonly Pick<RedactionPattern, "name" | "regex">[];
}

/**
 * Takes secrets out of payloads before anything of them is stored or hashed. What is redacted once is not
 * changed by being redacted again.
 */
export class Redactor {
  readonly #hasBuiltIn: boolean;
  readonly #own: readonly RedactionPattern[];
  readonly #mayHoldLiteral: (text: string) => boolean;
  readonly #hints: readonly RegExp[];
  readonly #counts = new Map<string, number>();

  constructor({ builtIn, patterns }: RedactorOptions) {
    const known = builtIn ? BUILT_IN : [];
    this.#hasBuiltIn = builtIn;
    this.#own = patterns.map((pattern) => ({ ...pattern, hint: [] }));
    this.#mayHoldLiteral = literalScan([
      ...new Set(known.flatMap(({ hint }) => (hint instanceof RegExp ? [] : hint))),
    ]);
    this.#hints = known.flatMap(({ hint }) => (hint instanceof RegExp ? [hint] : []));
    for (const { name } of [...known, ...this.#own]) this.#counts.set(name, 0);
  }

  /** How often each pattern has replaced something, by name. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /**
   * Whether a value may hold something to redact, told from its JSON text: false for nearly all, at a
   * fraction of what {@link redact} costs.
   */
  mayHold(json: string): boolean {
    return (
      this.#own.length > 0 ||
      this.#mayHoldLiteral(json) ||
      (this.#hints.length > 0 && json.includes("@") && this.#hints.some((hint) => hint.test(json)))
    );
  }

  /**
   * The payload with every secret in its texts replaced by `[redacted:<name>]`; the same object where there
   * is none. Names of members stay as they are. Nothing that is given is changed.
   *
   * @param payload JSON that has a canonical form, so not nested without end
   */
  redact(payload: JsonObject): JsonObject {
    return this.#redactObject(payload);
  }

  #redactValue(value: JsonValue): JsonValue {
    if (typeof value === "string") return this.#redactText(value);
    if (typeof value !== "object" || value === null) return value;
    return Array.isArray(value) ? this.#redactArray(value) : this.#redactObject(value);
  }

  #redactObject(object: JsonObject): JsonObject {
    let changes: Map<string, JsonValue> | undefined;
    for (const [key, value] of Object.entries(object)) {
      const redacted = this.#redactMember(key, value);
      if (redacted !== value) (changes ??= new Map()).set(key, redacted);
    }
    if (!changes) return object;
    // Unlike an assignment, fromEntries keeps a member named `__proto__` a member.
    return Object.fromEntries(
      Object.entries(object).map(([key, value]) => [key, changes.get(key) ?? value]),
    );
  }

  #redactMember(key: string, value: JsonValue): JsonValue {
    if (!this.#hasBuiltIn || typeof value !== "string") return this.#redactValue(value);
    const name = secretIn(key, value);
    if (name === undefined) return this.#redactText(value);
    this.#count(name);
    return placeholder(name);
  }

  #redactArray(items: readonly JsonValue[]): JsonValue[] {
    const whole = this.#hasBuiltIn ? this.#withoutKeyBlocks(items) : items;
    const redacted = whole.map((item) => this.#redactValue(item));
    return redacted.every((item, i) => item === items[i]) ? (items as JsonValue[]) : redacted;
  }

  /**
   * The items without private keys that span several of them: lines of text, or, as the entries of a log
   * are, objects that each have a line under the same name.
   */
  #withoutKeyBlocks(items: readonly JsonValue[]): readonly JsonValue[] {
    let current = items;
    for (const key of lineKeysOf(items)) {
      const lines = current.map((item) => lineIn(item, key));
      const redacted = redactKeyBlocks(lines);
      if (!redacted) continue;
      current = current.map((item, i) => {
        const line = redacted[i];
        if (line === undefined || line === lines[i]) return item;
        this.#count(KEY_BLOCK);
        return key === undefined ? line : { ...(item as JsonObject), [key]: line };
      });
    }
    return current;
  }

  #redactText(text: string): string {
    let redacted = text;
    const count = (name: string) => {
      this.#count(name);
    };
    if (this.#hasBuiltIn && (this.#mayHoldLiteral(text) || text.includes("@"))) {
      for (const pattern of BUILT_IN) redacted = redactText(redacted, pattern, count);
    }
    for (const pattern of this.#own) redacted = redactText(redacted, pattern, count);
    return redacted;
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }
}

/** Under which names items have a line in which a private key begins; undefined: an item is the line. */
function lineKeysOf(items: readonly JsonValue[]): Set<string | undefined> {
  const keys = new Set<string | undefined>();
  for (const item of items) {
    if (typeof item === "string") {
      if (item.includes(KEY_BEGIN)) keys.add(undefined);
    } else if (typeof item === "object" && item !== null && !Array.isArray(item)) {
      for (const [key, value] of Object.entries(item)) {
        if (typeof value === "string" && value.includes(KEY_BEGIN)) keys.add(key);
      }
    }
  }
  return keys;
}

const KEY_BEGIN = "-----BEGIN ";

function lineIn(item: JsonValue, key: string | undefined): string | undefined {
  if (key === undefined) return typeof item === "string" ? item : undefined;
  if (typeof item !== "object" || item === null || Array.isArray(item)) return undefined;
  const line = Object.hasOwn(item, key) ? item[key] : undefined;
  return typeof line === "string" ? line : undefined;
}
