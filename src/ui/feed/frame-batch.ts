/** A tab that is not seen draws nothing, so it is told this often. */
const HIDDEN_MS = 500;

/** Calls `act` before the next frame is drawn, once, however often it is asked for. */
export class FrameBatch {
  readonly #act: () => void;
  #cancel: (() => void) | undefined;

  constructor(act: () => void) {
    this.#act = act;
  }

  ask(): void {
    if (this.#cancel) return;
    const go = () => {
      this.#cancel = undefined;
      this.#act();
    };
    if (document.hidden) {
      const timer = setTimeout(go, HIDDEN_MS);
      this.#cancel = () => {
        clearTimeout(timer);
      };
    } else {
      const frame = requestAnimationFrame(go);
      this.#cancel = () => {
        cancelAnimationFrame(frame);
      };
    }
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
