import { existsSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { kill } from "node:process";
import { expect, test } from "vitest";
import { commit } from "../../src/log/commit.js";
import { openLog } from "../../src/log/stream.js";
import { until } from "../fixtures/until.js";
import { scratchFolder } from "./scratch.js";
import { connectTo, startServer } from "./server.js";

const hasMemoryFolder = existsSync("/dev/shm");

function message(n: number) {
  return { subject: `ev.t.runs.r-${n}`, text: "{}", expectedSequence: 0 };
}

test("batches are staged in memory, also after a restart, and even if that memory is cleared", async () => {
  const folder = await scratchFolder();
  const server = await startServer(folder);
  const log = await openLog(await connectTo(server), {
    stream: "E",
    origin: "test/test",
    replicas: 1,
  });
  const batches = join(folder, "nats/jetstream/$G/streams/E/batches");
  const link = () => {
    try {
      return readlinkSync(batches);
    } catch {
      return undefined;
    }
  };
  let sent = 0;
  let committed = 0;
  let unknown = 0;
  const append = async () => {
    // New subjects each time: a batch without an answer, sent as the server died, may be stored.
    const { outcome } = await commit(log, [message(sent++), message(sent++)], 5000);
    if (outcome === "committed") committed++;
    if (outcome === "unknown") unknown++;
    return outcome === "committed";
  };
  // Without such a folder there is nothing to see but that batches work.
  const isLinked = () =>
    !hasMemoryFolder || (link()?.startsWith("/dev/shm/") === true && existsSync(batches));

  await until("the stream's batches are linked into memory", isLinked);
  expect(await append()).toBe(true);

  kill(server.pid, "SIGKILL");
  await until("a batch is committed after the restart", append);
  await until("they are linked again", isLinked);
  expect(await append()).toBe(true);

  rmSync(link() ?? batches, { recursive: true, force: true });
  await until("a batch is committed after the memory was cleared", append);

  const { state } = await log.jsm.streams.info(log.stream);
  expect(state.messages % 2).toBe(0);
  expect(state.messages / 2).toBeGreaterThanOrEqual(committed);
  expect(state.messages / 2).toBeLessThanOrEqual(committed + unknown);
  const target = link();
  await log.nc.close();
  await server.stop();
  expect(link()).toBeUndefined();
  if (target !== undefined) expect(existsSync(target)).toBe(false);
});
