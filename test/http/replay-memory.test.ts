import { get, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { draft, postLines } from "./requests.js";
import { startServerProcess } from "./server-process.js";

const EVENTS = 100_000;
const READERS = 20;

/** Reads a stream as fast as it comes, until it has caught up: how many events came, in their order. */
async function replay(url: string): Promise<number> {
  const request = get(url, { agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let rest = "";
  let sequence = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    const text = rest + piece.toString("latin1");
    const complete = text.lastIndexOf("\n\n") + 1;
    rest = text.slice(complete);
    for (const [, id] of text.slice(0, complete).matchAll(/^id: (\d+)\.\w+\nevent: deploy/gm)) {
      if (Number(id) !== ++sequence) throw new Error(`${String(id)} came in place of ${sequence}`);
    }
    if (text.includes("event: stream.caught-up")) break;
  }
  request.destroy();
  return sequence;
}

test(
  "keeps its memory flat while 20 readers read a run of 100,000 events from the start",
  { timeout: 240_000 },
  async () => {
    const server = await startServerProcess();
    onTestFinished(() => server.stop());
    const lines = Array.from({ length: EVENTS }, (_, i) => `${JSON.stringify(draft(i))}\n`);
    const results = await postLines(`${server.url}/v1/runs/long/events`, lines.join(""));
    expect(results.filter(({ outcome }) => outcome !== "appended")).toEqual([]);
    const address = `${server.url}/v1/runs/long/stream`;

    /** How much the server takes at most while readers read. */
    const peakOf = async (readers: number): Promise<number> => {
      let peak = await server.residentMiB();
      const sampling = setInterval(() => {
        void server.residentMiB().then((now) => (peak = Math.max(peak, now)));
      }, 100);
      const counts = await Promise.all(Array.from({ length: readers }, () => replay(address)));
      clearInterval(sampling);
      expect(counts).toEqual(counts.map(() => EVENTS));
      return peak;
    };

    const one = await peakOf(1);
    const many = await peakOf(READERS);
    const again = await peakOf(READERS);
    // Of 800 MiB that are sent each time. Between two rounds the system may have been given back some.
    expect(many - one).toBeLessThan(250);
    expect(again - many).toBeLessThan(150);
  },
);
