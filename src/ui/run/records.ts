import type { EventFrame } from "../../client/client-frame.js";
import type { EventEnvelope } from "../../envelope/envelope.js";
import { parseCursor } from "../../wire/cursor.js";
import { float64, uint16, uint32 } from "./column.js";
import { Names } from "./names.js";

/** What a tab keeps. Of more, the oldest tenth is let go; the server still has it. */
export const MAX_RECORDS = 400_000;
export const MAX_TEXT_LENGTH = 160 * 1024 * 1024;

/**
 * The events of a timeline, in order, as they are stored: the text of each, and in columns what lists of them
 * show. Places count from the first event that came in, also when that one is no longer kept.
 */
export class Records {
  readonly types = new Names();
  readonly scopes = new Names();
  #texts: string[] = [];
  readonly #sequences = float64();
  readonly #times = float64();
  readonly #indices = uint32();
  readonly #types = uint16();
  readonly #scopes = uint32();
  readonly #counts: number[] = [];
  #epoch = "";
  #textLength = 0;
  #first = 0;

  /** The place of the oldest event that is kept. */
  get first(): number {
    return this.#first;
  }

  /** One more than the place of the newest event. */
  get end(): number {
    return this.#first + this.#texts.length;
  }

  /** Whether the oldest ones will be let go of if as many come again. */
  get isHalfFull(): boolean {
    return this.#texts.length > MAX_RECORDS / 2 || this.#textLength > MAX_TEXT_LENGTH / 2;
  }

  add({ sequence, cursor, event, text }: EventFrame): void {
    if (this.#epoch === "") this.#epoch = parseCursor(cursor)?.epoch ?? "";
    this.#texts.push(text);
    this.#sequences.push(sequence);
    this.#times.push(Date.parse(event.occurredAt));
    this.#indices.push(event.index);
    const type = this.types.numberOf(event.type);
    this.#types.push(type);
    this.#counts[type] = (this.#counts[type] ?? 0) + 1;
    this.#scopes.push(this.scopes.numberOf(event.scope));
    this.#textLength += text.length;
    while (this.#texts.length > MAX_RECORDS || this.#textLength > MAX_TEXT_LENGTH) this.#letGo();
  }

  /** How many events of each type came before a place, by its number; those too that are no longer kept. */
  countsBefore(end: number): readonly number[] {
    const counts = [...this.#counts];
    for (let place = end; place < this.end; place++) {
      const type = this.typeNumber(place);
      counts[type] = (counts[type] ?? 0) - 1;
    }
    return counts;
  }

  /** The stored envelope; empty where it is no longer kept. */
  text(place: number): string {
    return this.#texts[place - this.#first] ?? "";
  }

  /** The envelope; undefined where it is no longer kept. */
  event(place: number): EventEnvelope | undefined {
    const text = this.text(place);
    return text === "" ? undefined : (JSON.parse(text) as EventEnvelope);
  }

  sequence(place: number): number {
    return this.#sequences.at(place - this.#first);
  }

  cursor(place: number): string {
    return `${this.sequence(place)}.${this.#epoch}`;
  }

  /** Milliseconds since 1970, by the producer's clock. */
  time(place: number): number {
    return this.#times.at(place - this.#first);
  }

  index(place: number): number {
    return this.#indices.at(place - this.#first);
  }

  typeNumber(place: number): number {
    return this.#types.at(place - this.#first);
  }

  type(place: number): string {
    return this.types.at(this.typeNumber(place));
  }

  scope(place: number): string {
    return this.scopes.at(this.#scopes.at(place - this.#first));
  }

  /** The place of the event with this sequence; undefined where it is not among them. */
  placeOf(sequence: number): number | undefined {
    const place = this.placeFrom(sequence);
    return place === this.end || this.sequence(place) !== sequence ? undefined : place;
  }

  /** The place of the first event that is kept with this sequence or a higher one; else the end. */
  placeFrom(sequence: number): number {
    return this.#sequences.firstNotBelow(sequence) + this.#first;
  }

  #letGo(): void {
    const count = Math.ceil(this.#texts.length / 10);
    for (let i = 0; i < count; i++) this.#textLength -= this.#texts[i]?.length ?? 0;
    this.#texts = this.#texts.slice(count);
    for (const column of [this.#sequences, this.#times, this.#indices, this.#types, this.#scopes]) {
      column.cut(count);
    }
    this.#first += count;
  }
}
