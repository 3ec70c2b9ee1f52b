import type { LogRecord } from "../log/record.js";

/** Some neighbouring events of a timeline. */
export interface Piece {
  records: readonly LogRecord[];
  /** What comes later does not make it longer. */
  isWhole: boolean;
}

/** By the sequence after which they begin. */
export type PiecesOfTimeline = Map<number, Piece>;

/**
 * Bounds how many pieces are kept for those who come to the same place later: with what transports make of
 * them, one takes up to 400 KiB. The oldest go first.
 */
export class KeptPieces {
  readonly #kept: { pieces: PiecesOfTimeline; after: number; piece: Piece }[] = [];
  #oldest = 0;

  constructor(readonly most: number) {}

  keep(pieces: PiecesOfTimeline, after: number, piece: Piece): void {
    pieces.set(after, piece);
    const gone = this.#kept[this.#oldest];
    this.#kept[this.#oldest] = { pieces, after, piece };
    this.#oldest = (this.#oldest + 1) % this.most;
    // Another one may have taken its place.
    if (gone?.pieces.get(gone.after) === gone?.piece) gone?.pieces.delete(gone.after);
  }
}
