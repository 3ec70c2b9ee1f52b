import type { Hash } from "../envelope/hash.js";
import { KeyedStream } from "./keyed-stream.js";
import type { ScopeHead } from "./record.js";
import type { Log } from "./stream.js";

/** There are as many trimmed scopes as there may be. */
export class TooManyTrimmedScopesError extends Error {
  override readonly name = "TooManyTrimmedScopesError";
  constructor(readonly limit: number) {
    super(
      `the heads of ${limit} trimmed scopes are kept already; nothing is trimmed beyond that. ` +
        "RUNTRAIL_MAX_TRIMMED_SCOPES is the bound.",
    );
  }
}

const NAME = "HEADS";

/**
 * The newest events of scopes of which no event is left in the log: where their chains go on. In a stream
 * beside the log, one message a scope. It is written before a scope's last event is trimmed, and counts only
 * where the log has no event of the scope.
 */
export class TrimmedHeads {
  readonly #values: KeyedStream;

  private constructor(values: KeyedStream) {
    this.#values = values;
  }

  /** Opens them for writing; creates their stream where there is none. */
  static async open(log: Log, replicas: number): Promise<TrimmedHeads> {
    const options = { name: NAME, replicas, keepsOlder: false };
    return new TrimmedHeads(await KeyedStream.open(log, options));
  }

  /** For reading only. Where nothing has ever been trimmed, there need be no stream. */
  static of(log: Log): TrimmedHeads {
    return new TrimmedHeads(KeyedStream.of(log, NAME));
  }

  /**
   * The head of a scope that may be trimmed. To be asked for only after the log was seen to hold no event of
   * the scope: asked for before, both can be missed.
   */
  async find(tenant: string, scope: string): Promise<ScopeHead | undefined> {
    const found = await this.#values.read(keyOf(tenant, scope));
    return found && parseHead(scope, found.text);
  }

  /** Stores the head of a scope. Never puts an older one in the place of a newer one, whoever writes when. */
  async store(tenant: string, { scope, ...head }: ScopeHead): Promise<void> {
    const key = keyOf(tenant, scope);
    for (;;) {
      const found = await this.#values.read(key);
      if (found && parseHead(scope, found.text).index >= head.index) return;
      const { sequence, index, hash, type } = head;
      const text = JSON.stringify({ sequence, index, hash, type });
      if ((await this.#values.write(key, text, found?.sequence ?? 0)) !== undefined) return;
    }
  }

  /** Of how many scopes they are kept. */
  count(): Promise<number> {
    return this.#values.count();
  }
}

function parseHead(scope: string, text: string): ScopeHead {
  const head = JSON.parse(text) as { sequence: number; index: number; hash: Hash; type: string };
  return { ...head, scope };
}

function keyOf(tenant: string, scope: string): string {
  return `${tenant}.${scope.replaceAll("/", ".")}`;
}
