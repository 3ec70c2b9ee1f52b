/** How the connection stands that keeps a page up to date. */
export type Link =
  /** Never connected so far. `retryAt`: when the next attempt is made; undefined while one is under way. */
  | {
      state: "connecting";
      attempt: number;
      retryAt: number | undefined;
      reason: string | undefined;
    }
  /** Connected, and history is still coming in. */
  | { state: "loading" }
  /** Connected and up to date. `lagMs`: of the newest event, from when it happened to this screen. */
  | { state: "connected"; lagMs: number | undefined }
  | {
      state: "reconnecting";
      attempt: number;
      retryAt: number | undefined;
      reason: string | undefined;
    }
  /** Over, and in good order: nothing more will come. */
  | { state: "closed"; reason: string }
  /** Over, because of something that another attempt would not mend. */
  | { state: "error"; message: string };
