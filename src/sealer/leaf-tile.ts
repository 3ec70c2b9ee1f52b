import { leafTime, NANO_DIGITS, type Leaf } from "../audit/leaf.js";
import { HASH_BYTES } from "../audit/merkle-tree.js";
import { TILE_WIDTH } from "../audit/tile-tree.js";

/** Milliseconds since 1970, and nanoseconds beyond them. */
const MS_BYTES = 6;
const NANO_BYTES = 3;
/** A tile has at most as many subjects as leaves. */
const SUBJECT_BYTES = 1;
const LEAF_BYTES = HASH_BYTES + MS_BYTES + NANO_BYTES + SUBJECT_BYTES;
const HASH_PREFIX = "sha256:";
const LF = 0x0a;

/** What stands before the leaves, as a line of JSON. */
interface TileHead {
  subjects: string[];
  /** Places in the tile, from 0, of leaves that are of no event. */
  missing: number[];
  foreign: number[];
}

/**
 * The leaves of one tile as they are stored, a quarter as long as their texts: a line of JSON, and then for
 * each leaf its hash, its time in two big-endian numbers, and which of the subjects it is of.
 *
 * Leaves are written into bytes at once: as texts they would keep the messages alive that their parts are of.
 */
export class LeafTile {
  readonly #places = new Map<string, number>();
  readonly #missing: number[] = [];
  readonly #foreign: number[] = [];
  readonly #leaves = Buffer.alloc(TILE_WIDTH * LEAF_BYTES);
  #count = 0;

  get isFull(): boolean {
    return this.#count === TILE_WIDTH;
  }

  add(leaf: Leaf): void {
    const place = this.#count++;
    if ("missing" in leaf) {
      this.#missing.push(place);
      return;
    }
    if ("foreign" in leaf) this.#foreign.push(place);
    const { subject, time } = leaf;
    const hash = "foreign" in leaf ? leaf.foreign : leaf.hash;
    let at = place * LEAF_BYTES;
    at += this.#leaves.write(hash.slice(HASH_PREFIX.length), at, "hex");
    at = this.#leaves.writeUIntBE(Number(time.slice(0, -NANO_DIGITS)), at, MS_BYTES);
    at = this.#leaves.writeUIntBE(Number(time.slice(-NANO_DIGITS)), at, NANO_BYTES);
    this.#leaves.writeUInt8(this.#placeOf(subject), at);
  }

  encode(): Uint8Array {
    const subjects = [...this.#places.keys()];
    const head: TileHead = { subjects, missing: this.#missing, foreign: this.#foreign };
    return Buffer.concat([
      Buffer.from(`${JSON.stringify(head)}\n`),
      this.#leaves.subarray(0, this.#count * LEAF_BYTES),
    ]);
  }

  #placeOf(subject: string): number {
    let place = this.#places.get(subject);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(subject, place);
    }
    return place;
  }
}

/** The leaves that a stored tile holds. */
export function decodeLeafTile(stored: Uint8Array, tile: number): Leaf[] {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
  const headEnd = bytes.indexOf(LF);
  const { subjects, missing, foreign } = JSON.parse(bytes.toString("utf8", 0, headEnd)) as TileHead;
  const kinds = new Map<number, "missing" | "foreign">();
  for (const place of missing) kinds.set(place, "missing");
  for (const place of foreign) kinds.set(place, "foreign");
  const count = Math.floor((bytes.length - headEnd - 1) / LEAF_BYTES);
  return Array.from({ length: count }, (_, place): Leaf => {
    const sequence = tile * TILE_WIDTH + place + 1;
    const kind = kinds.get(place);
    if (kind === "missing") return { missing: true, sequence };
    let at = headEnd + 1 + place * LEAF_BYTES;
    const hash = HASH_PREFIX + bytes.toString("hex", at, at + HASH_BYTES);
    at += HASH_BYTES;
    const ms = bytes.readUIntBE(at, MS_BYTES);
    const nanos = bytes.readUIntBE(at + MS_BYTES, NANO_BYTES);
    const time = leafTime(ms, nanos);
    const subject = subjects[bytes.readUInt8(at + MS_BYTES + NANO_BYTES)] ?? "";
    return kind === "foreign"
      ? { foreign: hash, sequence, subject, time }
      : { hash, sequence, subject, time };
  });
}
