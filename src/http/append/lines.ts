const LINE_FEED = 0x0a;
const SPACE = 0x20;

/** A line of a body that is not blank; undefined in place of its text where that is too long. */
export interface Line {
  /** From 1, blank lines counted. */
  number: number;
  text: Uint8Array | undefined;
}

/**
 * Cuts bytes into lines, whatever pieces they come in. A line that is too long is passed over without
 * being kept.
 */
export class LineCutter {
  readonly #maxBytes: number;
  #number = 1;
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that end in this piece. */
  *take(piece: Uint8Array): Generator<Line> {
    let start = 0;
    for (let end; (end = piece.indexOf(LINE_FEED, start)) >= 0; start = end + 1) {
      this.#add(piece.subarray(start, end));
      yield* this.end();
    }
    this.#add(piece.subarray(start));
  }

  /** The line that has begun, as if it ended here. */
  *end(): Generator<Line> {
    const number = this.#number++;
    const isTooLong = this.#length > this.#maxBytes;
    const [only = new Uint8Array()] = this.#pieces;
    const text = this.#pieces.length > 1 ? Buffer.concat(this.#pieces) : only;
    this.#pieces = [];
    this.#length = 0;
    if (isTooLong) yield { number, text: undefined };
    else if (text.some((byte) => byte > SPACE)) yield { number, text };
  }

  #add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    if (this.#length > this.#maxBytes) this.#pieces = [];
    else this.#pieces.push(piece);
  }
}
