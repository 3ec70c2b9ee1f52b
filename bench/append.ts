import { StorageType } from "@nats-io/jetstream";
import { prepareSeal } from "../dist/envelope/seal.js";
import type { Log } from "../dist/log/stream.js";
import type { Figure } from "./figure.js";
import { closedLoop, inTurns, type Load } from "./load.js";
import { withLog } from "./nats.js";
import { DRAFT, scopes, UNSEALED, withPublisher } from "./publisher.js";
import { cpu, p50, p99, rate } from "./sides.js";

const TURN_MS = 4000;
const ROUNDS = 3;

/** The obvious way: one awaited publish a writer, with the expected sequence of its subject. */
async function rawPublish(log: Log): Promise<(writers: number) => Promise<Load>> {
  await log.jsm.streams.add({
    name: "RAW",
    subjects: ["raw.>"],
    storage: StorageType.File,
    allow_direct: true,
  });
  const body = envelopeBytes();
  let turn = 0;
  return (writers) => {
    const prefix = ++turn;
    const sequences = new Array<number>(writers).fill(0);
    return closedLoop(writers, TURN_MS, async (writer) => {
      const expect = { lastSubjectSequence: sequences[writer] ?? 0 };
      const { seq } = await log.js.publish(`raw.${prefix}.${writer}`, body, { expect });
      sequences[writer] = seq;
    });
  };
}

/** The bytes of an envelope as ours are, so that both sides store as much. */
export function envelopeBytes(): Uint8Array {
  const head = { index: 1000, hash: `sha256:${"0".repeat(64)}` } as const;
  return new TextEncoder().encode(prepareSeal(UNSEALED).seal(head).text);
}

/** Append with every write synced, in process: 1, 64 and 256 writers, each to a scope of its own. */
export async function appendFigures(): Promise<Figure[]> {
  return withLog((log) =>
    withPublisher(log, async (publisher) => {
      const raw = await rawPublish(log);
      let turn = 0;
      const ours = (writers: number) => {
        const own = scopes(`ours-${++turn}`, writers);
        return closedLoop(writers, TURN_MS, async (writer) => {
          const scope = own[writer];
          if (!scope) throw new Error("each writer has a scope");
          const result = await publisher.append("default", scope, DRAFT);
          if (result.outcome !== "appended") throw new Error(JSON.stringify(result));
        });
      };
      const figures: Figure[] = [];
      for (const [writers, atLeast] of [
        [64, 3],
        [256, 5],
      ] as const) {
        const sides = await inTurns(
          ROUNDS,
          () => ours(writers),
          () => raw(writers),
        );
        const name = `append, ${writers} writers, every write synced`;
        figures.push(rate(name, sides, { atLeast }, cpu(sides)), p99(name, sides));
      }
      const alone = await inTurns(
        ROUNDS,
        () => ours(1),
        () => raw(1),
      );
      figures.push(p50("append, one writer, one at a time", alone, { atMost: 1.5 }, cpu(alone)));
      return figures;
    }),
  );
}
