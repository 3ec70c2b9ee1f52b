import { turn } from "./turn.js";

/** A tab that is not seen draws nothing, so it is told this often. */
const HIDDEN_MS = 500;

/** At most so much of the time is for drawing what happens. */
export const LIVE_SHARE = 1 / 4;

/** What is drawn is never older, however long drawing takes. */
const MOST_MS = 1000;

/**
 * Calls `act` before the next frame is drawn, once, however often it is asked for; and where drawing what it changes
 * takes long, less often, so that drawing leaves time for everything else.
 */
export class FrameBatch {
  readonly #act: () => void;
  readonly #share: () => number;
  #cancel: (() => void) | undefined;
  /** When it will be called, unless that is before the next frame. */
  #dueAt = 0;
  #drawnAt = 0;
  #drawMs = 0;

  /** @param share of the time, at most so much is for drawing: more than 0, at most 1 */
  constructor(act: () => void, share: () => number = () => LIVE_SHARE) {
    this.#act = act;
    this.#share = share;
  }

  ask(): void {
    const now = performance.now();
    const restMs = document.hidden
      ? HIDDEN_MS
      : Math.min(MOST_MS, this.#drawMs * (1 / this.#share() - 1));
    const dueAt = Math.max(now, this.#drawnAt + restMs);
    if (this.#cancel && dueAt >= this.#dueAt) return;
    this.stop();
    this.#dueAt = dueAt;
    if (dueAt > now) this.#in(dueAt - now);
    else this.#inFrame();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #in(ms: number): void {
    const timer = setTimeout(() => {
      if (document.hidden) this.#go();
      else this.#inFrame();
    }, ms);
    this.#cancel = () => {
      clearTimeout(timer);
    };
  }

  #inFrame(): void {
    const frame = requestAnimationFrame(() => {
      this.#go();
    });
    this.#cancel = () => {
      cancelAnimationFrame(frame);
    };
  }

  #go(): void {
    this.#cancel = undefined;
    const start = performance.now();
    this.#drawnAt = start;
    this.#act();
    void turn().then(() => {
      // By now it is laid out and painted, too.
      this.#drawnAt = performance.now();
      this.#drawMs = this.#drawnAt - start;
    });
  }
}
