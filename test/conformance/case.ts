/** One promise of docs/PROTOCOL.md, checked over HTTP alone. */
export interface Case {
  /** The promise, as a sentence about the server. */
  name: string;
  /**
   * Rejects when the server breaks it. Appends only to scopes of its own, so that it can be run against a
   * server in use, as often as one likes.
   *
   * @param base the server's URL, without a slash at its end
   */
  run: (base: string) => Promise<void>;
}

/** Cases about one part of the protocol. */
export interface Chapter {
  title: string;
  cases: readonly Case[];
}
