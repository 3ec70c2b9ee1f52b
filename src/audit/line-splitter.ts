const LF = 0x0a;

/** An envelope has at most 1 MiB; a line has that, its leaf and its proof, or a note. */
export const MAX_LINE_BYTES = 4 * 2 ** 20;

/** A line that is longer than lines may be; its bytes were not kept. */
export class OverlongLine {
  constructor(readonly byteLength: number) {}
}

/**
 * Splits a byte stream into its lines, whatever the chunks, without line ends. Never holds more than one
 * line of {@link MAX_LINE_BYTES}: of a longer one only the length is known.
 */
export class LineSplitter {
  /** The start of a line whose end has not come yet: the first `#length` bytes. */
  #start = new Uint8Array(0);
  #length = 0;

  /** The lines that end in the next chunk. Those that start in it too share its memory. */
  *push(buffer: Uint8Array): Generator<Uint8Array | OverlongLine, void> {
    // Cutting a piece out of a Buffer of Node.js takes several times as long.
    const chunk = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
    let from = 0;
    for (let to = chunk.indexOf(LF); to >= 0; to = chunk.indexOf(LF, from)) {
      const end = chunk.subarray(from, to);
      from = to + 1;
      if (this.#length === 0 && end.length <= MAX_LINE_BYTES) yield end;
      else yield this.#complete(end);
    }
    this.#keep(chunk.subarray(from));
  }

  /** How many bytes there are behind the last line end: more than 0 where the last line was cut. */
  get rest(): number {
    return this.#length;
  }

  #complete(end: Uint8Array): Uint8Array | OverlongLine {
    this.#keep(end);
    const length = this.#length;
    const line = this.#start.subarray(0, length);
    this.#start = new Uint8Array(0);
    this.#length = 0;
    return length > MAX_LINE_BYTES ? new OverlongLine(length) : line;
  }

  #keep(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > MAX_LINE_BYTES) this.#start = new Uint8Array(0);
    else {
      if (length > this.#start.length) {
        const grown = new Uint8Array(Math.min(2 * length, MAX_LINE_BYTES));
        grown.set(this.#start.subarray(0, this.#length));
        this.#start = grown;
      }
      this.#start.set(piece, this.#length);
    }
    this.#length = length;
  }
}
