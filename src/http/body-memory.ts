import type { ServerResponse } from "node:http";

/** The most that bodies which are read whole may take together. */
const MOST_BYTES = 256 * 1024 * 1024;

/** What the bodies of all requests take that are read whole before they are answered. */
export class BodyMemory {
  #bytes = 0;

  /** Asks for room for pieces of a body, which are given back when the response is over. */
  lease(response: ServerResponse): (bytes: number) => boolean {
    let held = 0;
    response.once("close", () => {
      this.#bytes -= held;
    });
    return (bytes) => {
      if (this.#bytes + bytes > MOST_BYTES || response.destroyed) return false;
      this.#bytes += bytes;
      held += bytes;
      return true;
    };
  }
}
