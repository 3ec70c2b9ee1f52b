import type { ScopeHead } from "../audit/receipt.js";
import { CompactRange, leafHash } from "../audit/merkle-tree.js";
import { closes } from "../envelope/closes.js";
import { parseScope, scopeOfSubject, subjectOf } from "../envelope/scope.js";
import type { LogRecord } from "../log/record.js";

/** What a receipt is made of. */
export interface ScopeAccount {
  count: number;
  root: Uint8Array;
  below: ScopeHead[];
}

interface Entry {
  count: number;
  hash: string;
  isClosed: boolean;
  /** The hashes of all its events, unless the first ones were before our time. */
  hashes: GrowingBytes | undefined;
}

/** What is kept when there is too much. */
const KEPT_SHARE = 7 / 8;

/** Receipts that are looked for side by side. */
const ABREAST = 64;

const HASH_BYTES = 32;
const HASH_PREFIX = "sha256:";

/** Where a scope is of: its tenant and its path. */
export interface ScopeName {
  tenant: string;
  scope: string;
}

/**
 * The scopes that events come for: how many each has, so that a receipt can be made when it closes without
 * reading its events again. What does not fit into memory, or began before it was listened to, is forgotten,
 * and has to be read.
 */
export class OpenScopes {
  /** By subject, in the order in which they were first heard of. */
  readonly #entries = new Map<string, Entry>();
  /** The subjects of a root scope and of everything below it. */
  readonly #families = new Map<string, Set<string>>();
  readonly #uncertain = new Set<string>();
  readonly #due = new Set<string>();
  #bytes = 0;

  constructor(
    readonly maxScopes: number,
    readonly maxBytes: number,
  ) {}

  /** Takes note of the next event of the log. */
  observe({ subject, tenant, scope, index, hash, type }: LogRecord): void {
    const entry = this.#heardOf(subject, index === 1);
    if (index === 1) entry.hashes = new GrowingBytes();
    else if (index !== entry.count + 1) this.#dropHashes(entry);
    entry.count = index;
    entry.hash = hash;
    if (entry.hashes) this.#bytes += entry.hashes.push(hash.slice(HASH_PREFIX.length));
    entry.isClosed ||= closes(scope, type);
    if (entry.isClosed) this.#due.add(subject);
    // What comes below a scope that has closed changes what its receipt says.
    for (const ancestor of ancestorsOf(scope)) {
      const above = subjectOf(tenant, ancestor);
      if (this.#heardOf(above, false).isClosed) this.#due.add(above);
    }
    if (this.#exceeds(1)) this.#forgetOldest();
  }

  /** The entry of a scope, made where there is none. */
  #heardOf(subject: string, isNew: boolean): Entry {
    let entry = this.#entries.get(subject);
    if (!entry) {
      entry = { count: 0, hash: "", isClosed: false, hashes: undefined };
      this.#familyOf(subject).add(subject);
      if (!isNew) this.#uncertain.add(subject);
      this.#entries.set(subject, entry);
    }
    return entry;
  }

  /**
   * Finds out which of the scopes that had begun before they were heard of had closed before, too: those have
   * a receipt, which has to be made anew.
   */
  async resolve(hasReceipt: (name: ScopeName) => Promise<boolean>): Promise<void> {
    const uncertain = [...this.#uncertain];
    for (let at = 0; at < uncertain.length; at += ABREAST) {
      const looks = uncertain.slice(at, at + ABREAST).map(async (subject) => {
        if (!(await hasReceipt(nameOf(subject)))) return;
        const entry = this.#entries.get(subject);
        if (entry) entry.isClosed = true;
        this.#due.add(subject);
      });
      await Promise.all(looks);
    }
    this.#uncertain.clear();
  }

  /** The scopes that need a receipt, anew or for the first time. */
  get due(): readonly ScopeName[] {
    return [...this.#due].map(nameOf);
  }

  /** Its receipt is made. */
  settled({ tenant, scope }: ScopeName): void {
    const subject = subjectOf(tenant, scope);
    this.#due.delete(subject);
    const entry = this.#entries.get(subject);
    if (entry?.hashes) this.#dropHashes(entry);
  }

  /**
   * What a scope's receipt is to say, if it is known here.
   *
   * @param below the scopes below that there are
   */
  account({ tenant, scope }: ScopeName, below: Iterable<string>): ScopeAccount | undefined {
    const own = this.#entries.get(subjectOf(tenant, scope));
    if (!own?.hashes) return undefined;
    const heads: ScopeHead[] = [];
    for (const path of below) {
      const entry = this.#entries.get(subjectOf(tenant, path));
      if (!entry || entry.count === 0) return undefined;
      heads.push({ scope: path, count: entry.count, hash: entry.hash });
    }
    return { count: own.count, root: rootOfHashes(own.hashes.texts()), below: heads };
  }

  /** The scopes below one that have been heard of. */
  below({ tenant, scope }: ScopeName): string[] {
    const prefix = `${subjectOf(tenant, scope)}.`;
    return [...this.#familyOf(prefix)]
      .filter((key) => key.startsWith(prefix) && (this.#entries.get(key)?.count ?? 0) > 0)
      .map((key) => nameOf(key).scope);
  }

  #familyOf(key: string): Set<string> {
    const root = rootOf(key);
    let family = this.#families.get(root);
    if (!family) this.#families.set(root, (family = new Set()));
    return family;
  }

  #dropHashes(entry: Entry): void {
    this.#bytes -= entry.hashes?.capacity ?? 0;
    entry.hashes = undefined;
  }

  #exceeds(share: number): boolean {
    return this.#entries.size > this.maxScopes * share || this.#bytes > this.maxBytes * share;
  }

  /** Many at once: where one is removed, a Map's iterators pass over it until the Map is made anew. */
  #forgetOldest(): void {
    for (const [key, entry] of this.#entries) {
      if (!this.#exceeds(KEPT_SHARE)) return;
      this.#dropHashes(entry);
      this.#entries.delete(key);
      const family = this.#familyOf(key);
      family.delete(key);
      if (family.size === 0) this.#families.delete(rootOf(key));
    }
  }
}

/** The root of a receipt, over the texts of hashes. */
export function rootOfHashes(hashes: Iterable<string>): Uint8Array {
  const range = new CompactRange();
  for (const hash of hashes) range.append(leafHash(hash));
  return range.root();
}

/** The scopes that contain one, outermost first; nearly always there are none, or one. */
function ancestorsOf(scope: string): readonly string[] {
  const isRoot = scope.indexOf("/", scope.indexOf("/") + 1) < 0;
  return isRoot ? [] : (parseScope(scope)?.ancestors ?? []);
}

/** The subject of the root scope that one is below, or itself: `ev.default.runs.r-42`. */
function rootOf(subject: string): string {
  const tenantEnd = subject.indexOf(".", "ev.".length);
  const kindEnd = subject.indexOf(".", tenantEnd + 1);
  const idEnd = subject.indexOf(".", kindEnd + 1);
  return idEnd < 0 ? subject : subject.slice(0, idEnd);
}

function nameOf(subject: string): ScopeName {
  const { tenant, path } = scopeOfSubject(subject);
  return { tenant, scope: path };
}

/** Many hashes in one buffer: as texts they would keep the messages alive that they were cut from. */
class GrowingBytes {
  // Of the pool of small ones; nothing is read that was not written.
  #bytes = Buffer.allocUnsafe(4 * HASH_BYTES);
  #length = 0;

  get capacity(): number {
    return this.#bytes.length;
  }

  /** @returns by how much more memory it takes */
  push(hex: string): number {
    const before = this.#bytes.length;
    if (this.#length === before) this.#bytes = Buffer.concat([this.#bytes], before * 2);
    this.#length += this.#bytes.write(hex, this.#length, "hex");
    return this.#bytes.length - (this.#length === HASH_BYTES ? 0 : before);
  }

  *texts(): Generator<string> {
    for (let at = 0; at < this.#length; at += HASH_BYTES) {
      yield HASH_PREFIX + this.#bytes.toString("hex", at, at + HASH_BYTES);
    }
  }
}
