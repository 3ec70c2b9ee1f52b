import { closes } from "../envelope/closes.js";
import { parseScope } from "../envelope/scope.js";
import { CompactRange, leafHash } from "./merkle-tree.js";
import type { MissingEvents } from "./missing-events.js";
import type { ScopeHead } from "./receipt.js";

/** What is kept of a scope: the end of its chain, and what a receipt is held against. */
export interface Chain extends ScopeHead {
  /** Another hash that the next event may name: that of an event which does not fit its leaf. */
  otherHash: string | undefined;
  /** Of the tree that a receipt has the root of. */
  readonly range: CompactRange;
  /** Whether something was found that makes the root of the range another one. */
  isDoubtful: boolean;
  /** Whether the last event may be another one than was sealed, so that nobody can say what the next names. */
  isUnproven: boolean;
  /** Whether an event has ended it. */
  isClosed: boolean;
  /** Whether a receipt speaks of it. */
  isCovered: boolean;
  /** The indices that were passed over last, the second one excluded. */
  hole: readonly [number, number];
}

/** The next event of a scope. */
export interface ChainLink {
  scope: string;
  /** What was sealed. */
  hash: string;
  otherHash: string | undefined;
  /** Of what is undefined the line does not tell. */
  index: number | undefined;
  prev: string | null | undefined;
  type: string | undefined;
  isDoubtful: boolean;
  isUnproven: boolean;
}

export interface BrokenLink {
  check: "index" | "prev";
  detail: string;
}

/** The chains of all scopes: one hash and one small tree a scope, and nothing of the events. */
export class ScopeChains {
  readonly #chains = new Map<string, Chain>();
  readonly #below = new Map<string, Chain[]>();

  constructor(readonly missing: MissingEvents) {}

  get size(): number {
    return this.#chains.size;
  }

  all(): Iterable<Chain> {
    return this.#chains.values();
  }

  get(scope: string): Chain | undefined {
    return this.#chains.get(scope);
  }

  /** Those of the scopes below a scope. */
  below(scope: string): readonly Chain[] {
    return this.#below.get(scope) ?? [];
  }

  /** What an event is to be that has nothing to tell of itself. */
  due(scope: string): number {
    return (this.#chains.get(scope)?.count ?? 0) + 1;
  }

  /** Whether an event was passed over that comes now. */
  wasPassedOver(scope: string, index: number): boolean {
    const [from, to] = this.#chains.get(scope)?.hole ?? [0, 0];
    return index >= from && index < to;
  }

  /**
   * Puts an event behind those of its scope. What it claims to be is taken for the head even where it does
   * not fit: so one change is one finding, and not another at each event behind it.
   */
  append(link: ChainLink): BrokenLink | undefined {
    const chain = this.#chains.get(link.scope) ?? this.#open(link.scope);
    const due = chain.count + 1;
    const { index = due } = link;
    const broken = this.#brokenLink(chain, link, index);
    const isDoubtful = link.isDoubtful || link.isUnproven;
    if (broken !== undefined || index !== due || isDoubtful) chain.isDoubtful = true;
    if (!chain.isDoubtful) chain.range.append(leafHash(link.hash));
    chain.count = index;
    chain.hash = link.hash;
    chain.otherHash = link.otherHash;
    chain.isUnproven = link.isUnproven;
    if (link.type !== undefined && closes(link.scope, link.type)) chain.isClosed = true;
    return broken;
  }

  #brokenLink(chain: Chain, link: ChainLink, index: number): BrokenLink | undefined {
    const { prev, isUnproven } = link;
    const due = chain.count + 1;
    if (index > due) chain.hole = [due, index];
    if (index > due && this.missing.explain(index - due)) return undefined;
    if (index !== due) return { check: "index", detail: `event ${due} of the scope is due` };
    if (prev === undefined || due === 1 || isUnproven || chain.isUnproven) return undefined;
    if (prev === chain.hash || prev === chain.otherHash) return undefined;
    return { check: "prev", detail: `does not name the hash of event ${chain.count}` };
  }

  #open(scope: string): Chain {
    const chain: Chain = {
      scope,
      count: 0,
      hash: "",
      otherHash: undefined,
      range: new CompactRange(),
      isDoubtful: false,
      isUnproven: false,
      isClosed: false,
      isCovered: false,
      hole: [0, 0],
    };
    this.#chains.set(scope, chain);
    for (const ancestor of parseScope(scope)?.ancestors ?? []) {
      const below = this.#below.get(ancestor);
      if (below) below.push(chain);
      else this.#below.set(ancestor, [chain]);
    }
    return chain;
  }
}
