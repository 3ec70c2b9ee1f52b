import { closes } from "../envelope/closes.js";
import { readBounds } from "../log/bounds.js";
import { formatCursor } from "../wire/cursor.js";
import type { EventFilter } from "../wire/event-filter.js";
import type { GapFrame, OpenFrame } from "../wire/frame.js";
import type { TimelinePath } from "../wire/timeline.js";
import { deliveriesOf, type Delivery, type Feed } from "./feed.js";
import { Follower } from "./follower.js";
import { openAt } from "./frames.js";
import { currentHeads } from "./heads.js";
import type { History } from "./history.js";
import { isOfScope, selectionOf } from "./selection.js";
import type { Snapshots } from "./snapshots.js";
import { resolveStart, type Asker, type Start } from "./start.js";

export interface StreamRequest extends Asker {
  tenant: string;
  path: TimelinePath;
  start: Start;
  /** What is left out is passed over: `checkpoint` frames tell how far. */
  filter?: EventFilter | undefined;
  /** The stream ends after this sequence. */
  to?: number | undefined;
  /** Send the scope's state with the `open` frame; with a start at `now`, the stream then starts after it. */
  wantsSnapshot: boolean;
}

/** `ended`: the scope has ended and the reader has all of it, so there is nothing to open. */
export type OpenedStream =
  | { outcome: "ended" }
  | {
      outcome: "open";
      /** What is said first. */
      opening: readonly (OpenFrame | GapFrame)[];
      feed: Feed;
    };

/**
 * Opens streams over the timelines of a log. Run, pack-run and job streams are this one machine: their
 * subtree is the scope's path, which types end them follows from its kind, and their snapshot is what
 * their timeline adds up to.
 */
export class StreamCoordinator {
  constructor(
    readonly history: History,
    readonly snapshots: Snapshots,
  ) {}

  /** @throws ProblemError when the stream cannot start where it is asked to */
  async open(request: StreamRequest): Promise<OpenedStream> {
    const { tenant, path, start, to, filter, wantsSnapshot } = request;
    const { history } = this;
    const { log, hub } = history;
    const selection = selectionOf(tenant, path, filter);
    const bounds = await readBounds(log);
    const resolved = await resolveStart(history, hub, selection, start, request, () => bounds);
    const { own, newest } = await currentHeads(history, selection, bounds, resolved.after);
    const terminal = own && closes(path, own.type) ? own : undefined;
    if (terminal && start.at === "cursor" && !resolved.gap && newest <= resolved.after) {
      return { outcome: "ended" };
    }
    const snapshot =
      wantsSnapshot && isOfScope(selection)
        ? await this.snapshots.current(tenant, path)
        : undefined;
    const after = snapshot && start.at === "now" ? snapshot.sequence : resolved.after;
    const open: OpenFrame = {
      ...openAt(log, hub, path, after),
      ...(snapshot && {
        snapshot: { asOf: formatCursor(snapshot.sequence, log.epoch), state: snapshot.state },
      }),
    };
    return {
      outcome: "open",
      opening: resolved.gap ? [open, resolved.gap] : [open],
      feed: new Follower(history, { selection, after, to, terminal, historyEnd: newest }),
    };
  }
}

/** All of an opened stream, one thing after the other, until it is over or `signal` aborts. */
export async function* framesOf(
  { opening, feed }: Extract<OpenedStream, { outcome: "open" }>,
  signal: AbortSignal,
): AsyncGenerator<OpenFrame | Delivery> {
  yield* opening;
  yield* deliveriesOf(feed, signal);
}
