import type { LogRecord } from "../log/record.js";

/** Scopes that are watched at once; further ones of a very wide timeline are not. */
const MAX_SCOPES = 10_000;

/** Watches that the events of each scope arrive with indices 1, 2, 3 … without a hole. */
export class Continuity {
  readonly #lastIndex = new Map<string, number>();

  /** What is missing between the scope's event before and this one; undefined when nothing is. */
  next({ scope, index }: LogRecord): { fromIndex: number; toIndex: number } | undefined {
    const last = this.#lastIndex.get(scope);
    if (last !== undefined || this.#lastIndex.size < MAX_SCOPES) this.#lastIndex.set(scope, index);
    return last !== undefined && index > last + 1
      ? { fromIndex: last + 1, toIndex: index - 1 }
      : undefined;
  }
}
