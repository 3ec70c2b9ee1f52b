import type { ClientFrame } from "../../client/client-frame.js";
import type { ConnectionOptions } from "../../client/connection.js";
import type { ConnectionState, FollowOptions } from "../../client/follow.js";
import { messageOf } from "../app/message-of.js";
import { historyThenLive } from "./history-then-live.js";
import type { Link } from "./link.js";
import { SLICE_MS, turn } from "./turn.js";

export interface FeedOptions {
  /** A scope's path, `correlations/<id>`, or empty: everything. */
  scope: string;
  from: "start" | "now";
  filter?: FollowOptions["filter"];
  snapshot?: boolean;
  /** Takes in the next frame of the timeline. */
  take: (frame: ClientFrame) => void;
  /** Something has been taken in, or the link has changed. */
  onChange: () => void;
}

/**
 * Keeps something on a page up to date for as long as it is shown: each frame of a timeline once, in order,
 * over as many connections as it takes, a few milliseconds of work at a time.
 */
export class Feed {
  readonly #connection: ConnectionOptions;
  readonly #options: FeedOptions;
  #link: Link = { state: "connecting", attempt: 1, retryAt: undefined, reason: undefined };
  #cursor: string | undefined;
  #wasOpen = false;
  #isLive = false;
  #isStopped = false;
  #cut = new AbortController();
  #onWanted: (() => void) | undefined;

  constructor(connection: ConnectionOptions, options: FeedOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  get link(): Link {
    return this.#link;
  }

  /** The newest event took so long to get here. */
  set lagMs(lagMs: number) {
    if (this.#link.state === "connected") this.#link = { state: "connected", lagMs };
  }

  /** History has come in, and what comes now happens now. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Follows until {@link stop}, or until the timeline has ended. */
  async run(): Promise<void> {
    window.addEventListener("online", this.#goOn);
    while (!this.#isStopped) {
      const outcome = await this.#follow();
      if (outcome === "again") continue;
      this.#show(outcome);
      await new Promise<void>((resolve) => (this.#onWanted = resolve));
      this.#onWanted = undefined;
    }
  }

  stop(): void {
    window.removeEventListener("online", this.#goOn);
    this.#isStopped = true;
    this.reconnect();
  }

  /** Connects anew, at once, and goes on where it was. */
  reconnect(): void {
    this.#cut.abort();
    this.#onWanted?.();
  }

  /** The machine has a network again: what was connected before is not, even if nothing has said so yet. */
  readonly #goOn = (): void => {
    const { state } = this.#link;
    if (state !== "closed" && state !== "error") this.reconnect();
  };

  async #follow(): Promise<Link | "again"> {
    const cut = (this.#cut = new AbortController());
    const { scope, from, filter, snapshot = false, take, onChange } = this.#options;
    const start = this.#cursor === undefined ? { from, snapshot } : { after: this.#cursor };
    try {
      const frames = historyThenLive(this.#connection, scope, {
        ...start,
        ...(filter && { filter }),
        signal: cut.signal,
        onState: (state) => {
          this.#heard(state);
        },
      });
      let sliceEnd = performance.now() + SLICE_MS;
      let hasEnded = false;
      for await (const frame of frames) {
        take(frame);
        if ("cursor" in frame) this.#cursor = frame.cursor;
        if (frame.kind === "caught-up") {
          this.#isLive = true;
          this.#show({ state: "connected", lagMs: undefined });
        }
        hasEnded = frame.kind === "end";
        onChange();
        if (performance.now() < sliceEnd) continue;
        await turn();
        sliceEnd = performance.now() + SLICE_MS;
      }
      if (cut.signal.aborted) return "again";
      if (hasEnded) this.#isLive = true;
      return { state: "closed", reason: "It has ended, and everything is here." };
    } catch (error) {
      if (cut.signal.aborted) return "again";
      return { state: "error", message: messageOf(error) };
    }
  }

  #heard(heard: ConnectionState): void {
    const state = this.#wasOpen ? "reconnecting" : "connecting";
    switch (heard.state) {
      case "connecting": {
        // From history to live it is another connection, of which nobody needs to know.
        if (this.#isLive && heard.attempt === 0 && this.#link.state === "connected") return;
        const attempt = heard.attempt + 1;
        this.#show({ state, attempt, retryAt: undefined, reason: undefined });
        return;
      }
      case "open":
        this.#wasOpen = true;
        this.#show(this.#isLive ? { state: "connected", lagMs: undefined } : { state: "loading" });
        return;
      case "waiting": {
        const before = this.#link;
        const attempt = "attempt" in before ? before.attempt : 1;
        const retryAt = Date.now() + heard.retryInMs;
        this.#show({ state, attempt, retryAt, reason: heard.reason });
      }
    }
  }

  #show(link: Link): void {
    this.#link = link;
    this.#options.onChange();
  }
}
