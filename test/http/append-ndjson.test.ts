import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { connectTo, draft, getJson, newRun, postLines } from "./requests.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

const addressOf = (path: string) => `${served.url}/v1/${path}/events`;
const line = (value: unknown) => `${JSON.stringify(value)}\n`;

async function countOf(path: string): Promise<number> {
  const { body } = await getJson<{ events: unknown[] }>(`${addressOf(path)}?limit=1000`);
  return body.events.length;
}

/** A request whose body is written bit by bit. */
function open(path: string): ClientRequest {
  return request(addressOf(path), {
    method: "POST",
    agent: false,
    headers: { "content-type": "application/x-ndjson" },
  });
}

async function responseOf(upload: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(upload, "response")) as [IncomingMessage];
  return response.setEncoding("utf8");
}

test("answers each line in order, and the bad ones with their line number", async () => {
  const run = newRun();
  const results = await postLines(
    addressOf(run),
    [
      line(draft(1)),
      "\n   \r\n",
      '{"type": broken}\n',
      line({ type: "job.bogus", payload: {} }),
      line(draft(2)).replace("\n", "\r\n"),
      '"text"\n',
      JSON.stringify(draft(3)),
    ].join(""),
  );
  expect(results).toMatchObject([
    { outcome: "appended", index: 1 },
    { outcome: "invalid", line: 4, problem: { code: "malformed-json" } },
    { outcome: "invalid", line: 5, problem: { code: "unknown-type", pointer: "/type" } },
    { outcome: "appended", index: 2 },
    { outcome: "invalid", line: 7, problem: { code: "invalid-event", pointer: "" } },
    { outcome: "appended", index: 3 },
  ]);
});

test("passes over a line that is too long or no UTF-8, and goes on", async () => {
  const run = newRun();
  const body = Buffer.concat([
    Buffer.from(line(draft(1))),
    Buffer.from(line(draft(2, { payload: { text: "x".repeat(3 * 1024 * 1024) } }))),
    Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d, 0x0a]),
    Buffer.from(line(draft(3))),
  ]);
  expect(await postLines(addressOf(run), body)).toMatchObject([
    { outcome: "appended", index: 1 },
    { outcome: "invalid", line: 2, problem: { code: "too-large" } },
    { outcome: "invalid", line: 3, problem: { code: "malformed-json" } },
    { outcome: "appended", index: 2 },
  ]);
});

test("sends a result as soon as its event is stored, while the request goes on", async () => {
  const upload = open(newRun());
  upload.flushHeaders();
  const results = (await responseOf(upload))[Symbol.asyncIterator]();
  for (const n of [1, 2, 3]) {
    upload.write(line(draft(n)));
    const { value } = (await results.next()) as { value: string };
    expect(JSON.parse(value)).toMatchObject({ outcome: "appended", index: n });
  }
  upload.end();
  expect(await results.next()).toMatchObject({ done: true });
});

test("stores 20,000 lines of two scopes in their order", async () => {
  const [one, two] = [newRun(), newRun()];
  const text = Array.from({ length: 20_000 }, (_, i) =>
    line(draft(i, { scope: i % 2 === 0 ? one : two })),
  ).join("");
  const results = await postLines(`${served.url}/v1/events`, text);
  expect(results).toHaveLength(20_000);
  for (const [i, result] of results.entries()) {
    if (!("index" in result) || result.index !== Math.floor(i / 2) + 1) {
      throw new Error(`line ${i + 1}: ${JSON.stringify(result)}`);
    }
  }
});

test("reads no further while the client does not take the results", async () => {
  const upload = open(newRun());
  upload.flushHeaders();
  const response = await responseOf(upload);
  response.pause();
  // Refused at once, with an answer that is longer than the line.
  const bad = line({ ...draft(1), ["x".repeat(1000)]: 1 });
  const piece = bad.repeat(100);
  let written = 0;
  let isStopped = false;
  while (!isStopped && written < 1000) {
    written++;
    if (upload.write(piece)) continue;
    isStopped = await Promise.race([
      once(upload, "drain").then(() => false),
      manyOtherRequests().then(() => true),
    ]);
  }
  expect(isStopped).toBe(true);

  let results = 0;
  response.on("data", (text: string) => (results += text.split("\n").length - 1));
  response.resume();
  upload.end();
  await once(response, "end");
  expect(results).toBe(written * 100);
});

/** Long enough for anything that was going to happen. */
async function manyOtherRequests(): Promise<void> {
  for (let i = 0; i < 200; i++) await fetch(`${served.url}/healthz`).then((r) => r.text());
}

test("stores what was handed over by a client that leaves, but not the line it was cut off in", async () => {
  const run = newRun();
  const socket = await connectTo(served.url);
  socket.write(
    `POST /v1/${run}/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n` +
      "Content-Length: 100000\r\n\r\n",
  );
  socket.write(line(draft(1)) + line(draft(2)) + JSON.stringify(draft(3)));
  await expect.poll(() => countOf(run)).toBe(2);
  socket.resetAndDestroy();
  await expect
    .poll(() => served.log.filter(({ aborted }) => aborted === true).length)
    .toBeGreaterThan(0);
  expect(await countOf(run)).toBe(2);
});

test("lets a slow drip of lines through, byte by byte", async () => {
  const run = newRun();
  const upload = open(run);
  for (const byte of Buffer.from(
    `${line(draft(1, { payload: { text: "žluťoučký 🐎" } }))}${line(draft(2))}`,
  )) {
    upload.write(Buffer.from([byte]));
  }
  upload.end();
  const response = await responseOf(upload);
  let text = "";
  for await (const piece of response) text += String(piece);
  expect(text.split("\n").filter(Boolean)).toHaveLength(2);
  expect(await countOf(run)).toBe(2);
});

test("takes requests of unbounded length from many clients without refusing any line", async () => {
  const text = Array.from({ length: 1500 }, (_, i) => line(draft(i))).join("");
  const all = await Promise.all(
    Array.from({ length: 30 }, () => postLines(addressOf(newRun()), text)),
  );
  for (const results of all) {
    expect(results.filter(({ outcome }) => outcome !== "appended")).toEqual([]);
    expect(results).toHaveLength(1500);
  }
});

test("ends the response after the results of what was read when the server stops", async () => {
  const stopping = await served.serve();
  const run = newRun();
  const upload = request(`${stopping.url}/v1/${run}/events`, {
    method: "POST",
    agent: false,
    headers: { "content-type": "application/x-ndjson" },
  });
  upload.on("error", () => undefined);
  upload.write(line(draft(1)));
  const results = (await responseOf(upload))[Symbol.asyncIterator]();
  expect(await results.next()).toMatchObject({ done: false });
  const closed = stopping.http.close();
  expect(await results.next()).toMatchObject({ done: true });
  upload.destroy();
  await closed;
});
