const WIDTH = 24;
const EVERY_MS = 100;

/** Shows how far long work has come, on stderr, and only on a terminal. */
export class ProgressBar {
  readonly #isShown = process.stderr.isTTY;
  #drawnAt = 0;

  /** @param share - from 0 to 1; undefined where it is not known */
  draw(share: number | undefined, text: string): void {
    const now = performance.now();
    if (!this.#isShown || now - this.#drawnAt < EVERY_MS) return;
    this.#drawnAt = now;
    process.stderr.write(`\r\u001b[K${share === undefined ? "" : `${bar(share)} `}${text}`);
  }

  /** Wipes it away. */
  clear(): void {
    if (this.#isShown && this.#drawnAt > 0) process.stderr.write("\r\u001b[K");
  }
}

function bar(share: number): string {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * WIDTH);
  return `${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${Math.floor(share * 100)} %`;
}
