import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Target } from "./viewer.js";

const PROCESS = fileURLToPath(new URL("viewers-process.ts", import.meta.url));

/** What a stream's viewer was sent before it had caught up. */
export interface Opened {
  events: number;
  /** Sequences of its events. */
  first: number;
  last: number;
  sum: number;
  /** From the moment of connecting. */
  firstFrameMs: number;
  doneMs: number;
}

/** What the viewers' process is told to do. */
export type Order =
  | {
      do: "open";
      url: string;
      targets: Target[];
      /** The words behind the cursor of each event. */
      event: string;
      until: string;
      /** Connect at random moments of so long, instead of in the order given. */
      withinMs?: number;
    }
  | {
      do: "arrivals";
      count: number;
      /** What has not arrived after this long is taken to arrive then. */
      patienceMs: number;
    }
  | { do: "burst"; event: string; until: string }
  | { do: "cut" };

export interface Answers {
  open: Opened[];
  arrivals: { p50Ms: number; p99Ms: number; mostMs: number };
  /** `events`: of one viewer; `leastBytes`: of the one that got fewest. */
  burst: { events: number; ms: number; leastBytes: number };
  cut: undefined;
}

/** Viewers, in a process of their own, so that what they cost is not taken for the server's. */
export interface Viewers {
  /** Resolves when it is done; one order at a time. */
  tell<Kind extends Order["do"]>(order: Order & { do: Kind }): Promise<Answers[Kind]>;
}

/** What is not done after this long is not done at all. */
const PATIENCE_MS = 60_000;

export async function withViewers<T>(run: (viewers: Viewers) => Promise<T>): Promise<T> {
  const child = fork(PROCESS);
  try {
    return await run({
      async tell(order) {
        const answered = once(child, "message", { signal: AbortSignal.timeout(PATIENCE_MS) });
        child.send(order);
        const [reply] = (await answered.catch((cause: unknown) => {
          throw new Error(`"${order.do}" is not done after ${PATIENCE_MS} ms`, { cause });
        })) as [{ answer: never } | { error: string }];
        if ("error" in reply) throw new Error(reply.error);
        return reply.answer;
      },
    });
  } finally {
    const exited = once(child, "exit");
    child.kill();
    await exited;
  }
}

/** The words behind the cursor in the block of an event of the benches. */
export const EVENT = "\nevent: job.progress\n";

export const CAUGHT_UP = "\nevent: stream.caught-up\n";
