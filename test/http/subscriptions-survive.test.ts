import { afterEach, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { until } from "../fixtures/until.js";
import { append, draft, newRun } from "./requests.js";
import { startServerProcess } from "./server-process.js";
import { frameOf, indicesOf, isControl, readAll, readUntil, type Block } from "./sse-reader.js";
import { ack, history, leave, newName, openDurable, stateOf } from "./subscriptions.js";

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

async function start(...args: Parameters<typeof startGateway>): Promise<TestGateway> {
  const served = await startGateway(...args);
  stops.push(() => served.stop());
  return served;
}

/** Two gateways on one NATS. */
async function startTwo(): Promise<[TestGateway, TestGateway]> {
  const first = await start({ nodeId: "first" });
  return [first, await start({ nodeId: "second" }, first.nats)];
}

const drafts = (count: number) => Array.from({ length: count }, (_, i) => draft(i));
const upTo =
  (index: number) =>
  ({ data }: Block) =>
    data.includes(`"index":${index},`);

test("goes on through a nats-server that is killed, sending nothing twice in the same stream", async () => {
  const { url, nats } = await start();
  const run = newRun();
  const name = newName();
  const stored = await append(url, run, drafts(5));
  const reader = await openDurable(url, run, name);
  const before = await history(reader);
  await ack(url, name, stored[1]?.cursor);
  for (let index = 6; index <= 8; index++) {
    process.kill(nats.server.pid, "SIGKILL");
    await append(url, run, drafts(1));
    before.push(...(await readUntil(reader.blocks, upTo(index))));
  }
  expect(indicesOf(before)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await stateOf(url, name)).toMatchObject({ ackedCursor: stored[1]?.cursor, lag: 6 });
  const { body } = await ack(url, name, before.findLast(({ id }) => id !== undefined)?.id);
  expect(body).toMatchObject({ lag: 0, pendingAcks: 0, isActive: true });
  reader.leave();
});

test("goes on at another gateway where the first one left off", async () => {
  const [first, second] = await startTwo();
  const run = newRun();
  const name = newName();
  const stored = await append(first.url, run, drafts(5));
  const reader = await openDurable(first.url, run, name);
  await history(reader);
  await ack(first.url, name, stored[2]?.cursor);
  await leave(first.url, name, reader);

  const again = await openDurable(second.url, run, name);
  const blocks = await history(again);
  expect(frameOf(blocks, "open")).toMatchObject({ redeliveredThrough: stored[4]?.cursor });
  expect(indicesOf(blocks)).toEqual([4, 5]);
  await leave(second.url, name, again);
});

test("is read through one gateway at a time", async () => {
  const [first, second] = await startTwo();
  const run = newRun();
  const name = newName();
  const reader = await openDurable(first.url, run, name);
  await history(reader);
  const other = await openDurable(second.url, run, name);
  const told = await readAll(other.blocks);
  expect(frameOf(told, "error")).toMatchObject({ problem: { code: "subscription-busy" } });
  expect(await stateOf(second.url, name)).toMatchObject({ isActive: true });
  await leave(second.url, name, reader);
});

test("takes acknowledgements at a gateway that has no reader for the one that has", async () => {
  const [first, second] = await startTwo();
  const run = newRun();
  const name = newName();
  const stored = await append(first.url, run, drafts(5));
  const reader = await openDurable(first.url, run, name);
  await history(reader);
  const { body } = await ack(second.url, name, stored[3]?.cursor);
  expect(body).toMatchObject({ ackedCursor: stored[3]?.cursor, pendingAcks: 1, isActive: true });
  await append(second.url, run, drafts(1));
  expect(indicesOf(await readUntil(reader.blocks, upTo(6)))).toEqual([6]);
  await leave(first.url, name, reader);
});

test("is free at once when the gateway of its reader is killed, and loses nothing", async () => {
  const first = await start({ nodeId: "first" });
  const { servers, user, pass } = first.nats.server.connection;
  const killed = await startServerProcess({
    NATS_URL: servers,
    NATS_USER: user,
    NATS_PASSWORD: pass,
    RUNTRAIL_NODE_ID: "killed",
  });
  const run = newRun();
  const name = newName();
  const stored = await append(killed.url, run, drafts(5));
  const reader = await openDurable(killed.url, run, name);
  await history(reader);
  await ack(killed.url, name, stored[0]?.cursor);
  await killed.kill();

  const again = await openDurable(first.url, run, name);
  const blocks = await history(again);
  expect(indicesOf(blocks)).toEqual([2, 3, 4, 5]);
  expect(frameOf(blocks, "open")).toMatchObject({ redeliveredThrough: stored[4]?.cursor });
  again.leave();
});

test("keeps its position while the only gateway restarts", async () => {
  const first = await start({ nodeId: "one" });
  const gateway = await startGateway({ nodeId: "two" }, first.nats);
  const run = newRun();
  const name = newName();
  const stored = await append(gateway.url, run, drafts(3));
  const reader = await openDurable(gateway.url, run, name);
  await history(reader);
  await ack(gateway.url, name, stored[0]?.cursor);
  await gateway.stop();
  const restarted = await start({ nodeId: "two" }, first.nats);
  const again = await openDurable(restarted.url, run, name);
  expect(indicesOf(await history(again))).toEqual([2, 3]);
  again.leave();
});

test("is removed when nobody has read it for as long as is set", async () => {
  const subscriptions = { maxPerTenant: 10, maxAckPending: 10, idleMs: 1000 };
  const { url } = await start({ subscriptions });
  const name = newName();
  const run = newRun();
  const reader = await openDurable(url, run, name);
  await history(reader);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(await stateOf(url, name)).toMatchObject({ isActive: true });
  reader.leave();
  await until("it is removed", async () => {
    return (await fetch(`${url}/v1/subscriptions/${name}`)).status === 404;
  });
});

test("a tenant has no more subscriptions than are allowed", async () => {
  const subscriptions = { maxPerTenant: 2, maxAckPending: 10, idleMs: 60_000 };
  const { url } = await start({ subscriptions });
  const [one, two, three] = [newName(), newName(), newName()];
  for (const name of [one, two]) await leave(url, name, await openDurable(url, newRun(), name));
  const run = newRun();
  const refused = await openDurable(url, run, three);
  expect(refused.status).toBe(200);
  expect(frameOf(await readAll(refused.blocks), "error")).toMatchObject({
    problem: { code: "too-many-subscriptions", status: 429 },
    retryAfterMs: 30_000,
  });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/^runtrail_subscriptions 2$/m);
  expect(metrics).toMatch(/^runtrail_subscriptions_limit 2$/m);
  await fetch(`${url}/v1/subscriptions/${one}`, { method: "DELETE" });
  const reader = await openDurable(url, run, three);
  await readUntil(reader.blocks, isControl("open"));
  reader.leave();
});
