import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogEntry } from "../../src/envelope/catalogue/log-entry.js";
import { MAX_MESSAGE_BYTES } from "../../src/envelope/catalogue/log-entry.js";
import { parseEnvelope } from "../../src/envelope/parse.js";
import type { DraftResult } from "../../src/http/append/result.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, newRun, post } from "./requests.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

const at = "2026-03-01T09:30:00.000Z";
const token = `ghp_${"aB3dE5".repeat(6)}`;

/** The bytes of the message, as JetStream has them. */
async function storedBytes(sequence: number): Promise<Uint8Array> {
  const { jsm, stream } = served.gateway.log;
  const message = await jsm.streams.getMessage(stream, { seq: sequence });
  if (!message) throw new Error(`nothing is stored at ${sequence}`);
  return message.data;
}

async function storedEntries(run: string, draft: object): Promise<LogEntry[]> {
  const [result] = await append(served.url, run, [draft]);
  const { payload } = parseEnvelope(await storedBytes(result?.sequence ?? 0));
  return payload["entries"] as unknown as LogEntry[];
}

test("a secret in a log line is in no stored byte, and the line says what is gone", async () => {
  const entries = [
    { at, level: "info", message: "starting" },
    {
      at,
      level: "error",
      message: `push failed for https://ci:${token}@git.example with ${token}`,
      technicalDetails: { request: { headers: [`Authorization: Bearer ${token}`] } },
      stackTrace: `Error: 401\n  token=${token}\n  at push`,
      fields: { password: "correct horse" },
    },
  ];
  const [result] = await append(served.url, newRun(), [
    { type: "log.appended", payload: { entries } },
  ]);
  const text = Buffer.from(await storedBytes(result?.sequence ?? 0)).toString();
  expect(text).not.toContain(token);
  expect(text).not.toContain("aB3dE5");
  expect(text).not.toContain("correct horse");
  const stored = parseEnvelope(Buffer.from(text)).payload["entries"];
  expect(stored).toEqual([
    entries[0],
    {
      at,
      level: "error",
      message:
        "push failed for https://ci:[redacted:github-token]@git.example with [redacted:github-token]",
      technicalDetails: { request: { headers: ["Authorization: Bearer [redacted:github-token]"] } },
      stackTrace: "Error: 401\n  token=[redacted:github-token]\n  at push",
      fields: { password: "[redacted:password]" },
      redacted: ["github-token", "password"],
    },
  ]);
});

test("a secret that a long line is cut in the middle of leaves no half of it", async () => {
  const lead = "x".repeat(MAX_MESSAGE_BYTES - 20);
  const [entry] = await storedEntries(newRun(), {
    type: "log.appended",
    payload: { logs: [{ at, level: "INFO", msg: `${lead} ${token}` }] },
  });
  expect(entry?.message).not.toContain("ghp_");
  expect(entry?.truncated).toBe(true);
});

test("a private key in the lines of one event is gone from all of them", async () => {
  const lines = [
    "-----BEGIN EC PRIVATE KEY-----",
    "MHcCAQEEIIGkPm0Jw",
    "-----END EC PRIVATE KEY-----",
  ];
  const entries = await storedEntries(newRun(), {
    type: "log.appended",
    payload: { entries: lines.map((message) => ({ at, level: "info", message })) },
  });
  for (const { message, redacted } of entries) {
    expect(message).toBe("[redacted:private-key]");
    expect(redacted).toEqual(["private-key"]);
  }
});

test("an event outside the log is redacted too, in the text alone", async () => {
  const payload = { command: `curl -H 'X-Api-Key: ${token}'`, nested: [{ note: "password=x" }] };
  const [result] = await append(served.url, newRun(), [{ type: "deploy.step", payload }]);
  expect(parseEnvelope(await storedBytes(result?.sequence ?? 0)).payload).toEqual({
    command: "curl -H 'X-Api-Key: [redacted:github-token]'",
    nested: [{ note: "password=[redacted:password]" }],
  });
});

test("a text that its schema allows is stored, although its placeholder would not be", async () => {
  const payload = {
    uri: "https://ci:s3cr3t@files.example/a.bin",
    digest: `sha256:${"0".repeat(64)}`,
    mediaType: "application/octet-stream",
    sizeBytes: 1,
    name: "a.bin",
  };
  const [result] = await append(served.url, newRun(), [{ type: "artifact.created", payload }]);
  expect(parseEnvelope(await storedBytes(result?.sequence ?? 0)).payload["uri"]).toBe(
    "https://ci:[redacted:url-password]@files.example/a.bin",
  );
});

describe("the same draft sent again", () => {
  const draft = { id: "secret-0001", type: "deploy.step", payload: { line: `token=${token}` } };

  test("is the same event", async () => {
    const url = `${served.url}/v1/${newRun()}/events`;
    const first = await post<DraftResult>(url, draft);
    const again = await post<DraftResult>(url, draft);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual({ ...first.body, outcome: "duplicate" });
  });

  test("is the same event as what was stored of it, exported and appended elsewhere", async () => {
    const url = `${served.url}/v1/${newRun()}/events`;
    const entries = [{ at, level: "info", message: `token=${token}` }];
    await post(url, { id: "secret-0002", type: "log.appended", payload: { entries } });
    const exported = [
      { at, level: "info", message: "token=[redacted:github-token]", redacted: ["github-token"] },
    ];
    const again = await post<DraftResult>(url, {
      id: "secret-0002",
      type: "log.appended",
      payload: { entries: exported },
    });
    expect(again.body.outcome).toBe("duplicate");
  });

  test("is another event when it holds something else beside the secret", async () => {
    const url = `${served.url}/v1/${newRun()}/events`;
    await post(url, draft);
    const other = { ...draft, payload: { line: `token=${token}, and more` } };
    expect((await post<DraftResult>(url, other)).status).toBe(409);
  });
});

test("metrics count what was redacted, by the name of the pattern", async () => {
  const other = await startGateway();
  await append(other.url, newRun(), [{ type: "deploy.step", payload: { line: "password=a" } }]);
  const metrics = await (await fetch(`${other.url}/metrics`)).text();
  expect(metrics).toContain('runtrail_redactions_total{name="password"} 1');
  expect(metrics).toContain('runtrail_redactions_total{name="jwt"} 0');
  await other.stop();
});
