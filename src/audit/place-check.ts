import { isWithin } from "../envelope/scope.js";
import type { BundleHeader } from "./bundle-line.js";
import type { Find } from "./finding.js";
import type { Incompleteness } from "./incomplete.js";
import { placeOf, type EventFacts, type Place, type SealedEvent } from "./place.js";
import type { LineFlaw } from "./read-line.js";
import type { ChainLink, ScopeChains } from "./scope-chains.js";
import type { Arrival, SequenceOrder } from "./sequence-order.js";
import type { MissingEvents } from "./missing-events.js";

/** What places are held against. */
export interface PlaceContext {
  /** Undefined where it could not be read. */
  header: BundleHeader | undefined;
  order: SequenceOrder;
  chains: ScopeChains;
  missing: MissingEvents;
  incomplete: Incompleteness;
  /** Takes the leaf into the tree; false where it is doubtful that it belongs there. */
  grow: (place: Place) => boolean;
}

/** Holds the lines for the places of the log against the header, the leaves and the chains. */
export class PlaceCheck {
  readonly #context: PlaceContext;
  readonly #find: Find;
  /** What was told of the lines before: of lines that are alike strange the first one is told. */
  #strange: string | undefined;
  #isOutside = false;
  #isHomeTold = false;

  constructor(context: PlaceContext, find: Find) {
    this.#context = context;
    this.#find = find;
  }

  /** Whether there were events of another log, tenant or scope: the header may be the one that is wrong. */
  get isHomeTold(): boolean {
    return this.#isHomeTold;
  }

  check(place: Place, flaw: LineFlaw | undefined): void {
    const { order, missing, grow } = this.#context;
    if (flaw) this.#find(flaw.check, flaw.detail, placeOf(place));
    const arrival = order.arrive(place.sequence);
    if (arrival.outcome !== "in order") this.#tellArrival(arrival, place);
    if (place.kind === "missing") {
      missing.add(1);
      this.#find("gap", "an event was lost before it was sealed", placeOf(place));
    } else if (place.kind === "foreign") {
      this.#find("gap", "a message that is no event stands here", placeOf(place));
    }
    const isUnproven = !grow(place);
    if (!place.sealed) return;
    const link = this.#linkOf(place, place.sealed, isUnproven);
    if (arrival.outcome === "late" && link.index !== this.#context.chains.due(link.scope)) return;
    const broken = this.#context.chains.append(link);
    if (broken) this.#find(broken.check, broken.detail, placeOf(place));
  }

  #tellArrival(arrival: Exclude<Arrival, { outcome: "in order" }>, place: Place): void {
    const { chains, order } = this.#context;
    const { sequence, event } = place;
    const { due } = arrival;
    if (arrival.outcome === "gap") {
      this.#find("gap", `sequence ${due} is due, and ${sequence} comes`, { sequence: due });
      return;
    }
    const isKnown = event && chains.wasPassedOver(event.scope, event.index);
    if (arrival.fillsGap || isKnown) return;
    const detail = `comes ${sequence === due - 1 ? "again" : `behind sequence ${due - 1}`}`;
    if (!order.isWhole) this.#find("gap", detail, placeOf(place));
    else this.#find("gap", `sequence ${due} is due, and ${sequence} ${detail}`, { sequence: due });
  }

  /** Compares the event with header and leaf, and says what to put into its chain. */
  #linkOf(place: Place, sealed: SealedEvent, isUnproven: boolean): ChainLink {
    const { event, claimed } = place;
    const { scope, hash } = sealed;
    const isAtHome = this.#isAtHome(event, sealed, place);
    if (event && belongsTo(event, sealed)) {
      const { index, prev, type } = event;
      return {
        scope,
        hash,
        otherHash: undefined,
        index,
        prev,
        type,
        isDoubtful: false,
        isUnproven,
      };
    }
    if (event && isAtHome) this.#find("leaf", "the leaf is not that of the event", placeOf(place));
    const otherHash = event?.hash ?? claimed.hash;
    // Where leaf and event disagree, it is taken for what has its place.
    const isEvent = event !== undefined && event.index === this.#context.chains.due(event.scope);
    return {
      scope: isEvent ? event.scope : scope,
      hash,
      otherHash,
      index: undefined,
      prev: undefined,
      type: undefined,
      isDoubtful: otherHash !== undefined && otherHash !== hash,
      isUnproven,
    };
  }

  /** Whether the event is of the header's log, tenant and scope. */
  #isAtHome(event: EventFacts | undefined, sealed: SealedEvent, place: Place): boolean {
    const { header } = this.#context;
    if (!header) return true;
    const { tenant, scope } = event ?? sealed;
    const origin = event?.origin ?? header.origin;
    const strange =
      origin === header.origin && tenant === header.tenant
        ? undefined
        : `${origin}, tenant ${tenant}`;
    if (strange !== undefined && strange !== this.#strange) {
      this.#isHomeTold = true;
      const detail = `is of ${strange}, not of ${header.origin}, tenant ${header.tenant}`;
      this.#find("origin", detail, placeOf(place));
    }
    this.#strange = strange;
    const isOutside = !isWithin(scope, header.scope);
    if (isOutside && !this.#isOutside) {
      this.#isHomeTold = true;
      const detail = `is not of ${header.scope} or a scope below it`;
      this.#find("scope", detail, placeOf(place));
    }
    this.#isOutside = isOutside;
    return strange === undefined && !isOutside;
  }
}

/** Whether the leaf is that of the event. */
function belongsTo(event: EventFacts, sealed: SealedEvent): boolean {
  if (event === sealed) return true;
  const { hash, tenant, scope } = sealed;
  return event.hash === hash && event.tenant === tenant && event.scope === scope;
}
