import { LOG_LEVELS, parseLogLevel, type LogLevel } from "../../envelope/catalogue/log-entry.js";
import type { EventEnvelope, JsonObject } from "../../envelope/envelope.js";
import { float64, uint16, uint32 } from "./column.js";
import { Names } from "./names.js";

/** What a tab keeps. Of more, the oldest tenth is let go; the server still has it. */
export const MAX_LINES = 500_000;

const LEVEL_BITS = 0b111;
const BUSINESS = 1 << 3;
const MILESTONE = 1 << 4;
const STDERR = 1 << 5;
const SEPARATOR = 1 << 6;
const CUT = 1 << 7;
const DETAILED = 1 << 8;

/** One line, as it is shown. */
export interface Line {
  message: string;
  /** Milliseconds since 1970, by the producer's clock. */
  at: number;
  level: LogLevel;
  isBusiness: boolean;
  isMilestone: boolean;
  isStderr: boolean;
  isSeparator: boolean;
  /** Its producer's message was longer than what is stored. */
  isCut: boolean;
  /** The entry says more than its message. */
  hasDetails: boolean;
}

/**
 * The log entries of a timeline, one by one, in columns. Places count from the first one that came in, also
 * when that one is no longer kept.
 */
export class Lines {
  readonly scopes = new Names();
  readonly nodes = new Names();
  #messages: string[] = [];
  /** What people who do not know the machinery are told instead, of the few lines that have it. */
  readonly #friendly = new Map<number, string>();
  readonly #times = float64();
  readonly #traits = uint16();
  readonly #records = uint32();
  readonly #entries = uint16();
  readonly #scopes = uint32();
  readonly #nodes = uint32();
  #first = 0;
  #longest = 0;

  get first(): number {
    return this.#first;
  }

  get end(): number {
    return this.#first + this.#messages.length;
  }

  /** The length of the longest message so far. */
  get longest(): number {
    return this.#longest;
  }

  /** @param record the place of the event */
  add(event: EventEnvelope, record: number): void {
    const { entries } = event.payload;
    if (!Array.isArray(entries)) return;
    const scope = this.scopes.numberOf(event.scope);
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i];
      if (typeof entry !== "object" || entry === null || Array.isArray(entry)) continue;
      this.#add(entry, event.occurredAt);
      this.#records.push(record);
      this.#entries.push(i);
      this.#scopes.push(scope);
    }
    if (this.#messages.length > MAX_LINES) this.#letGo();
  }

  at(place: number): Line {
    const i = place - this.#first;
    const traits = this.#traits.at(i);
    return {
      message: this.#messages[i] ?? "",
      at: this.#times.at(i),
      level: levelOf(traits),
      isBusiness: (traits & BUSINESS) !== 0,
      isMilestone: (traits & MILESTONE) !== 0,
      isStderr: (traits & STDERR) !== 0,
      isSeparator: (traits & SEPARATOR) !== 0,
      isCut: (traits & CUT) !== 0,
      hasDetails: (traits & DETAILED) !== 0,
    };
  }

  message(place: number): string {
    return this.#messages[place - this.#first] ?? "";
  }

  /** The message in words for those who follow the business. */
  friendlyMessage(place: number): string {
    return this.#friendly.get(place) ?? this.message(place);
  }

  /** 0 for `trace`, 5 for `critical`. */
  levelRank(place: number): number {
    return this.#traits.at(place - this.#first) & LEVEL_BITS;
  }

  isBusiness(place: number): boolean {
    return (this.#traits.at(place - this.#first) & BUSINESS) !== 0;
  }

  isMilestone(place: number): boolean {
    return (this.#traits.at(place - this.#first) & MILESTONE) !== 0;
  }

  isSeparator(place: number): boolean {
    return (this.#traits.at(place - this.#first) & SEPARATOR) !== 0;
  }

  time(place: number): number {
    return this.#times.at(place - this.#first);
  }

  scopeNumber(place: number): number {
    return this.#scopes.at(place - this.#first);
  }

  scope(place: number): string {
    return this.scopes.at(this.scopeNumber(place));
  }

  /** 0: none. */
  nodeNumber(place: number): number {
    return this.#nodes.at(place - this.#first);
  }

  /** The node's id; empty: none. */
  node(place: number): string {
    return this.nodes.at(this.nodeNumber(place));
  }

  /** The place of the event that it is in. */
  record(place: number): number {
    return this.#records.at(place - this.#first);
  }

  /** Its place in the event, from 0. */
  entry(place: number): number {
    return this.#entries.at(place - this.#first);
  }

  /** The first line of the event at this place, or of the next event that has any. */
  firstOfRecord(record: number): number {
    return this.#records.firstNotBelow(record) + this.#first;
  }

  constructor() {
    this.nodes.numberOf("");
  }

  #add(entry: JsonObject, occurredAt: string): void {
    const message = textOf(entry["message"]);
    const friendly = textOf(entry["userFriendlyMessage"]);
    if (friendly !== "") this.#friendly.set(this.end, friendly);
    this.#messages.push(message);
    this.#longest = Math.max(this.#longest, message.length);
    this.#times.push(Date.parse(textOf(entry["at"]) || occurredAt));
    this.#traits.push(traitsOf(entry));
    this.#nodes.push(this.nodes.numberOf(textOf(entry["nodeId"])));
  }

  #letGo(): void {
    const count = Math.ceil(this.#messages.length / 10);
    this.#messages = this.#messages.slice(count);
    for (const column of [this.#times, this.#traits, this.#records, this.#entries]) {
      column.cut(count);
    }
    for (const column of [this.#scopes, this.#nodes]) column.cut(count);
    this.#first += count;
    for (const place of this.#friendly.keys()) {
      if (place >= this.#first) break;
      this.#friendly.delete(place);
    }
  }
}

function traitsOf(entry: JsonObject): number {
  const { level, category, stream, kind } = entry;
  const known = typeof level === "string" ? parseLogLevel(level) : undefined;
  const hasDetails =
    entry["technicalDetails"] !== undefined ||
    entry["stackTrace"] !== undefined ||
    entry["fields"] !== undefined ||
    entry["performanceMetrics"] !== undefined;
  return (
    LOG_LEVELS.indexOf(known ?? "info") |
    (category === "business" ? BUSINESS : 0) |
    (entry["isMilestone"] === true ? MILESTONE : 0) |
    (stream === "stderr" ? STDERR : 0) |
    (kind === "separator" ? SEPARATOR : 0) |
    (entry["truncated"] === true ? CUT : 0) |
    (hasDetails ? DETAILED : 0)
  );
}

function levelOf(traits: number): LogLevel {
  return LOG_LEVELS[traits & LEVEL_BITS] ?? "info";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
