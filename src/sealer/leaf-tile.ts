import type { Leaf } from "../audit/leaf.js";
import { TILE_WIDTH } from "../audit/tile-tree.js";

/** What a line takes at most, but for that of a foreign message. */
const LINE_BYTES = 112;
const MISSING = "missing";
const FOREIGN = "foreign ";

/**
 * The leaves of one tile as they are stored, about half as long as their texts: a line with the subjects, as
 * JSON; then a line for each leaf, `<hash> <subject's place> <time>`, `foreign <hash> …`, or `missing`.
 *
 * Lines are written into bytes at once: as texts they would keep the messages alive that their parts are of.
 */
export class LeafTile {
  readonly #subjects = new Map<string, number>();
  #lines = Buffer.allocUnsafeSlow(TILE_WIDTH * LINE_BYTES);
  #length = 0;
  #count = 0;

  get isFull(): boolean {
    return this.#count === TILE_WIDTH;
  }

  add(leaf: Leaf): void {
    this.#count++;
    if ("missing" in leaf) this.#write(`${MISSING}\n`);
    else if ("foreign" in leaf) {
      this.#write(`${FOREIGN}${leaf.foreign} ${this.#placeOf(leaf.subject)} ${leaf.time}\n`);
    } else {
      this.#write(`${leaf.hash} ${this.#placeOf(leaf.subject)} ${leaf.time}\n`);
    }
  }

  encode(): Uint8Array {
    const subjects = Buffer.from(`${JSON.stringify([...this.#subjects.keys()])}\n`);
    return Buffer.concat([subjects, this.#lines.subarray(0, this.#length)]);
  }

  #write(line: string): void {
    if (this.#length + line.length > this.#lines.length) {
      this.#lines = Buffer.concat([this.#lines], this.#lines.length * 2);
    }
    this.#length += this.#lines.write(line, this.#length, "latin1");
  }

  #placeOf(subject: string): number {
    let place = this.#subjects.get(subject);
    if (place === undefined) {
      place = this.#subjects.size;
      this.#subjects.set(subject, place);
    }
    return place;
  }
}

/** The leaves that a stored tile holds. */
export function decodeLeafTile(text: string, tile: number): Leaf[] {
  const [head = "[]", ...lines] = text.split("\n");
  const subjects = JSON.parse(head) as string[];
  // Behind the last line feed there is nothing.
  lines.pop();
  return lines.map((line, i): Leaf => {
    const sequence = tile * TILE_WIDTH + i + 1;
    if (line === MISSING) return { missing: true, sequence };
    const isForeign = line.startsWith(FOREIGN);
    const [hash = "", place, time = ""] = (isForeign ? line.slice(FOREIGN.length) : line).split(
      " ",
    );
    const subject = subjects[Number(place)] ?? "";
    return isForeign
      ? { foreign: hash, sequence, subject, time }
      : { hash, sequence, subject, time };
  });
}
