import { afterEach, expect, test } from "vitest";
import { exportRecords, ProtocolError, UnavailableError } from "../../src/client/index.js";
import { listen, sealLog, type TestServer } from "./log-server.js";

const log = sealLog([
  { scope: "runs/r-42", type: "run.created", payload: { name: 'a ,"event": in text' } },
  { scope: "runs/r-42", type: "run.started", payload: { name: "ü🌙" } },
]);
const lines = log.map(
  ({ sequence, cursor, text }) =>
    `{"sequence":${sequence},"cursor":"${cursor}","recordedAt":"2026-03-01T09:30:00.000Z","event":${text}}\n`,
);

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(pieces: readonly Uint8Array[], isWhole = true) {
  const server = await listen((_, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    void (async () => {
      for (const piece of pieces) await new Promise((resolve) => response.write(piece, resolve));
      if (isWhole) response.end();
      else response.socket?.destroy();
    })();
  });
  servers.push(server);
  return { url: server.url };
}

async function collect(connection: { url: string }) {
  const records = [];
  for await (const record of exportRecords(connection, "runs/r-42")) records.push(record);
  return records;
}

test("yields every record with its bytes, however the lines are chunked", async () => {
  const whole = Buffer.from(lines.join(""));
  for (const size of [1, 7, 100, whole.length]) {
    const pieces = [];
    for (let i = 0; i < whole.length; i += size) pieces.push(whole.subarray(i, i + size));
    const records = await collect(await serve(pieces));
    expect(records.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(
      log.map(({ text }) => text),
    );
    expect(records[1]).toMatchObject({ sequence: 2, cursor: log[1]?.cursor });
  }
});

test("fails when the connection breaks before the end", async () => {
  const connection = await serve([Buffer.from(lines[0] ?? "")], false);
  await expect(collect(connection)).rejects.toThrow(UnavailableError);
});

test.each([
  '{"sequence":1}',
  "not json",
  `{"sequence":"1","cursor":"","recordedAt":"","event":{}}`,
])("refuses a line that is no record: %s", async (line) => {
  const connection = await serve([Buffer.from(`${line}\n`)]);
  await expect(collect(connection)).rejects.toThrow(ProtocolError);
});
