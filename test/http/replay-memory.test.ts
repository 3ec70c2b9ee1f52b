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
    let peak = 0;
    const sampling = setInterval(() => {
      void server.residentMiB().then((now) => (peak = Math.max(peak, now)));
    }, 100);
    onTestFinished(() => {
      clearInterval(sampling);
    });
    const lines = Array.from({ length: EVENTS }, (_, i) => `${JSON.stringify(draft(i))}\n`);
    const results = await postLines(`${server.url}/v1/runs/long/events`, lines.join(""));
    expect(results.filter(({ outcome }) => outcome !== "appended")).toEqual([]);
    const address = `${server.url}/v1/runs/long/stream`;
    expect(await replay(address)).toBe(EVENTS);

    // At most until now: how much of it the system has been given back by now is a matter of chance.
    const before = peak;
    const counts = await Promise.all(Array.from({ length: READERS }, () => replay(address)));

    expect(counts).toEqual(counts.map(() => EVENTS));
    expect(peak - before).toBeLessThan(150);
  },
);
