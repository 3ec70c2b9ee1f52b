import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ChainVerifier } from "../../src/audit/verify-chain.js";
import { exportRecords, forget, revealer, type EventEnvelope } from "../../src/client/index.js";
import { parseEnvelope } from "../../src/envelope/parse.js";
import type { DraftResult } from "../../src/http/append/result.js";
import { KeyedStream } from "../../src/log/keyed-stream.js";
import type { Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, getJson, newRun, post } from "./requests.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

let subjects = 0;
const newSubject = () => `ana-${++subjects}@example.org`;
const personal = (subject: string, value: unknown) => ({ $personal: { subject, value } });
const greeted = (subject: string, value: unknown, more: object = {}) => ({
  type: "guest.greeted",
  payload: { guest: personal(subject, value), n: 1 },
  ...more,
});

interface Encrypted {
  $enc: { keyId: string; alg: string; iv: string; ciphertext: string };
}
async function stored(
  sequence: number | undefined,
): Promise<{ text: string; event: EventEnvelope }> {
  const { jsm, stream } = served.gateway.log;
  const message = await jsm.streams.getMessage(stream, { seq: sequence ?? 0 });
  if (!message) throw new Error(`nothing is stored at ${sequence}`);
  return { text: message.string(), event: parseEnvelope(message.data) };
}
async function storedGuest(sequence: number | undefined): Promise<Encrypted["$enc"]> {
  return ((await stored(sequence)).event.payload["guest"] as unknown as Encrypted).$enc;
}
function askKey(keyId: string) {
  return getJson<{ key: string } & Problem>(`${served.url}/v1/personal-keys/${keyId}`);
}
async function results(run: string, drafts: object[], query = ""): Promise<DraftResult[]> {
  return (await post<DraftResult[]>(`${served.url}/v1/${run}/events${query}`, drafts)).body;
}

describe("personal data", () => {
  test("is stored encrypted, and is in clear for those who ask for its key", async () => {
    const value = { name: "Ana Ferrer", phones: ["+34 600 000 000"] };
    const subject = newSubject();
    const run = newRun();
    const [result] = await append(served.url, run, [greeted(subject, value)]);
    const { text, event } = await stored(result?.sequence);
    expect(text).not.toContain("Ferrer");
    expect(text).not.toContain(subject);
    expect(event.payload).toEqual({
      guest: {
        $enc: {
          keyId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
          alg: "A256GCM",
          iv: expect.stringMatching(/^[A-Za-z0-9+/]{16}$/) as string,
          ciphertext: expect.stringMatching(/^[A-Za-z0-9+/=]+$/) as string,
        },
      },
      n: 1,
    });
    const answer = await askKey((await storedGuest(result?.sequence)).keyId);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(Buffer.from(answer.body.key, "base64")).toHaveLength(32);
    expect((await revealer(served)(event)).payload).toEqual({ guest: value, n: 1 });
  });

  test("of one subject has one key, of two subjects two", async () => {
    const [ana, bo] = [newSubject(), newSubject()];
    const drafts = [greeted(ana, 1), greeted(bo, 1), greeted(ana, 2)];
    const [one, two, three] = await append(served.url, newRun(), drafts);
    const ids = await Promise.all([one, two, three].map((at) => storedGuest(at?.sequence)));
    expect(ids[0]?.keyId).toBe(ids[2]?.keyId);
    expect(ids[0]?.keyId).not.toBe(ids[1]?.keyId);
  });

  test("leaves the order of its scope as it was sent", async () => {
    const run = newRun();
    const drafts = Array.from({ length: 60 }, (_, n) =>
      n % 3 === 0 ? greeted(newSubject(), n) : { type: "test.noted", payload: { n } },
    );
    const places = await Promise.all(
      drafts.map(
        async (draft) => (await post<DraftResult>(`${served.url}/v1/${run}/events`, draft)).body,
      ),
    );
    expect(places.every(({ outcome }) => outcome === "appended")).toBe(true);
    const together = await append(served.url, newRun(), drafts);
    expect(together.map(({ index }) => index)).toEqual(drafts.map((_, n) => n + 1));
  });

  test("goes with the others of an all-or-none request", async () => {
    const drafts = [greeted(newSubject(), 1), { type: "test.noted", payload: {} }];
    const all = await results(newRun(), drafts, "?atomic=1");
    expect(all.map(({ outcome }) => outcome)).toEqual(["appended", "appended"]);
    const none = await results(newRun(), [...drafts, { type: "test" }], "?atomic=1");
    expect(none.map(({ outcome }) => outcome)).toEqual(["not-applied", "not-applied", "invalid"]);
  });

  test("is redacted before it is encrypted", async () => {
    const [result] = await append(served.url, newRun(), [greeted(newSubject(), "password=x")]);
    const { event } = await stored(result?.sequence);
    expect((await revealer(served)(event)).payload["guest"]).toBe("password=[redacted:password]");
  });

  test("may stand where a schema takes anything, also in a log entry", async () => {
    const entry = { at: "2026-03-01T09:30:00.000Z", level: "info", message: "a guest" };
    const [result] = await append(served.url, newRun(), [
      {
        type: "log.appended",
        payload: { entries: [{ ...entry, technicalDetails: personal(newSubject(), "Ana") }] },
      },
    ]);
    const { event } = await stored(result?.sequence);
    expect((await revealer(served)(event)).payload["entries"]).toEqual([
      { ...entry, technicalDetails: "Ana" },
    ]);
  });

  test("where a schema wants a text is refused, and the place is named", async () => {
    const payload = { workflowId: personal(newSubject(), "w") };
    const { status, body } = await post<Problem>(`${served.url}/v1/${newRun()}/events`, {
      type: "run.started",
      payload,
    });
    expect([status, body.code, body.pointer]).toEqual([
      422,
      "invalid-event",
      "/payload/workflowId",
    ]);
  });

  test.each([
    ["text", "/payload/a/$personal"],
    [null, "/payload/a/$personal"],
    [{ value: 1 }, "/payload/a/$personal/subject"],
    [{ subject: 1, value: 1 }, "/payload/a/$personal/subject"],
    [{ subject: "", value: 1 }, "/payload/a/$personal/subject"],
    [{ subject: "..", value: 1 }, "/payload/a/$personal/subject"],
    [{ subject: "x".repeat(257), value: 1 }, "/payload/a/$personal/subject"],
    [{ subject: "ana" }, "/payload/a/$personal/value"],
    [{ subject: "ana", value: 1, more: 1 }, "/payload/a/$personal"],
    [{ subject: "ana", value: [personal("bo", 1)] }, "/payload/a/$personal/value/0"],
  ])("that is malformed is refused, and the place is named: %j", async ($personal, pointer) => {
    const url = `${served.url}/v1/${newRun()}/events`;
    const { status, body } = await post<Problem>(url, {
      type: "a.b",
      payload: { a: { $personal } },
    });
    expect([status, body.code, body.pointer]).toEqual([422, "invalid-event", pointer]);
  });

  test("beside another member is refused, and so are more than a hundred", async () => {
    const url = `${served.url}/v1/${newRun()}/events`;
    const beside = { a: { ...personal("ana", 1), "x/y": 1 } };
    const one = await post<Problem>(url, { type: "a.b", payload: beside });
    expect([one.status, one.body.pointer]).toEqual([422, "/payload/a"]);
    const list = Array.from({ length: 101 }, () => personal("ana", 1));
    const many = await post<Problem>(url, { type: "a.b", payload: { list } });
    expect([many.status, many.body.pointer]).toEqual([422, "/payload/list/100"]);
  });

  test("that is too large when it is encrypted is refused before", async () => {
    const url = `${served.url}/v1/${newRun()}/events`;
    const { status, body } = await post<Problem>(url, greeted(newSubject(), "x".repeat(900_000)));
    expect([status, body.code]).toEqual([413, "too-large"]);
  });

  test("finds an end at the bound of keys, and others' data does not", async () => {
    const small = await startGateway({ maxPersonalKeys: 1 });
    const url = `${small.url}/v1/${newRun()}/events`;
    const ana = newSubject();
    expect((await post(url, greeted(ana, 1))).status).toBe(201);
    const refused = await post<Problem>(url, greeted(newSubject(), 1));
    expect([refused.status, refused.body.code]).toEqual([503, "overloaded"]);
    expect(refused.body.detail).toContain("RUNTRAIL_MAX_PERSONAL_KEYS");
    expect((await post(url, greeted(ana, 2))).status).toBe(201);
    const metrics = await (await fetch(`${small.url}/metrics`)).text();
    expect(metrics).toMatch(/^runtrail_personal_keys 1$/m);
    expect(metrics).toMatch(/^runtrail_personal_keys_limit 1$/m);
    await small.stop();
  });
});

describe("a draft with personal data that is sent again", () => {
  const id = "guest-0001";

  test("is the same event, although it is encrypted differently each time", async () => {
    const run = newRun();
    const draft = greeted(newSubject(), { name: "Ana" }, { id });
    const [first] = await results(run, [draft]);
    const [again] = await results(run, [draft]);
    expect(again).toEqual({ ...first, outcome: "duplicate" });
  });

  test("is recognised among drafts that are committed together", async () => {
    const draft = greeted(newSubject(), 1, { id });
    const [first, again, other] = await results(newRun(), [draft, draft, greeted("bo", 1, { id })]);
    expect(again).toEqual({ ...first, outcome: "duplicate" });
    expect(other).toMatchObject({ outcome: "conflict", problem: { code: "id-reused" } });
  });

  test.each([
    ["value", (subject: string) => greeted(subject, 2, { id })],
    ["subject", () => greeted(newSubject(), 1, { id })],
    [
      "member beside it",
      (subject: string) => ({
        ...greeted(subject, 1, { id }),
        payload: { guest: personal(subject, 1) },
      }),
    ],
    ["kind of value", () => ({ type: "guest.greeted", payload: { guest: 1, n: 1 }, id })],
  ])("is another event with another %s", async (_what, other) => {
    const run = newRun();
    const subject = newSubject();
    await results(run, [greeted(subject, 1, { id })]);
    expect(await results(run, [other(subject)])).toMatchObject([
      { outcome: "conflict", problem: { code: "id-reused" } },
    ]);
  });

  test("is the same event when its subject has been forgotten", async () => {
    const run = newRun();
    const subject = newSubject();
    const [first] = await results(run, [greeted(subject, 1, { id })]);
    await forget(served, subject);
    const [again] = await results(run, [greeted(subject, 1, { id })]);
    expect(again).toEqual({ ...first, outcome: "duplicate" });
  });
});

describe("a subject that is forgotten", () => {
  test("has a key that nobody is given any more, and a time when it was destroyed", async () => {
    const subject = newSubject();
    const [result] = await append(served.url, newRun(), [greeted(subject, "Ana")]);
    const { event } = await stored(result?.sequence);
    const { keyId } = await storedGuest(result?.sequence);
    const forgotten = await forget(served, subject);
    expect(forgotten).toEqual({ subject, keyId, forgottenAt: expect.any(String) as string });
    const { status, body } = await askKey(keyId);
    expect([status, body.code]).toEqual([410, "key-destroyed"]);
    expect(body.detail).toContain(forgotten.forgottenAt);
    expect(await revealer(served)(event)).toBe(event);
    expect(await forget(served, subject)).toEqual(forgotten);
  });

  test("leaves no byte of its key in the files of the store", async () => {
    const subject = newSubject();
    const [result] = await append(served.url, newRun(), [greeted(subject, "Ana")]);
    const { key } = (await askKey((await storedGuest(result?.sequence)).keyId)).body;
    expect(await filesWith(key)).not.toEqual([]);
    await forget(served, subject);
    expect(await filesWith(key)).toEqual([]);
    expect(await filesWith(Buffer.from(key, "base64"))).toEqual([]);
  });

  test("leaves every hash and chain as it was", async () => {
    const run = newRun();
    const subject = newSubject();
    await append(served.url, run, [greeted(subject, "Ana"), greeted(newSubject(), "Bo")]);
    await forget(served, subject);
    await append(served.url, run, [greeted(subject, "Ana again")]);
    const verifier = new ChainVerifier(run);
    for await (const record of exportRecords(served, run)) {
      expect(verifier.check(record)).toEqual([]);
    }
    expect(verifier.summary).toMatchObject({ events: 3, findings: 0 });
  });

  test("gets a new key with the next personal data, which is forgotten in its turn", async () => {
    const subject = newSubject();
    const run = newRun();
    const [before] = await append(served.url, run, [greeted(subject, "Ana")]);
    const first = await forget(served, subject);
    const [after] = await append(served.url, run, [greeted(subject, "Ana again")]);
    const { keyId } = await storedGuest(after?.sequence);
    expect(keyId).not.toBe((await storedGuest(before?.sequence)).keyId);
    expect((await askKey(keyId)).status).toBe(200);
    expect((await askKey(first.keyId)).status).toBe(410);
    expect((await forget(served, subject)).keyId).toBe(keyId);
    expect((await askKey(keyId)).status).toBe(410);
    expect((await askKey(first.keyId)).body.detail).toContain(first.forgottenAt);
  });

  test("is forgotten by the next call when the gateway died in the middle of one", async () => {
    const subject = newSubject();
    const [result] = await append(served.url, newRun(), [greeted(subject, "Ana")]);
    const { keyId } = await storedGuest(result?.sequence);
    const { key } = (await askKey(keyId)).body;
    // What is left when it dies behind its first step: a tombstone, and the bytes before it.
    const options = { name: "KEYS", replicas: 1, keepsOlder: true };
    const keys = await KeyedStream.open(served.gateway.log, options);
    const reference = await keys.read(`default.id.${keyId}`);
    const { subject: token } = JSON.parse(reference?.text ?? "") as { subject: string };
    const forgottenAt = "2026-03-01T09:30:00.000Z";
    await keys.write(`default.subject.${token}`, JSON.stringify({ keyId, forgottenAt }));
    expect((await askKey(keyId)).status).toBe(410);
    expect(await filesWith(key)).not.toEqual([]);
    expect((await forget(served, subject)).forgottenAt).toBe(forgottenAt);
    expect(await filesWith(key)).toEqual([]);
  });

  test("is not one of which there has never been anything", async () => {
    await expect(forget(served, "nobody")).rejects.toMatchObject({ code: "not-found" });
    expect((await askKey("0".repeat(32))).status).toBe(404);
    expect((await askKey("short")).status).toBe(404);
  });

  test("may be named by any text, slashes and all", async () => {
    const subject = "ana / ünïcode ?#%";
    await append(served.url, newRun(), [greeted(subject, "Ana")]);
    expect((await forget(served, subject)).subject).toBe(subject);
  });
});

describe("several gateways", () => {
  test("that need the key of a new subject at once agree on one", async () => {
    const others = await Promise.all(
      [1, 2].map((n) => startGateway({ nodeId: `other-${n}` }, served.nats)),
    );
    const gateways = [served, ...others];
    for (let round = 0; round < 10; round++) {
      const subject = newSubject();
      const placed = await Promise.all(
        gateways.flatMap(({ url }) =>
          [1, 2].map((n) => append(url, newRun(), [greeted(subject, n)])),
        ),
      );
      const guests = await Promise.all(placed.map(([result]) => storedGuest(result?.sequence)));
      expect(new Set(guests.map(({ keyId }) => keyId)).size).toBe(1);
    }
    await Promise.all(others.map((other) => other.stop()));
  });

  test("encrypt nothing with a key that another one has destroyed", async () => {
    const other = await startGateway({ nodeId: "other-3" }, served.nats);
    const subject = newSubject();
    await append(served.url, newRun(), [greeted(subject, "Ana")]);
    const { keyId } = await forget(other, subject);
    const [result] = await append(served.url, newRun(), [greeted(subject, "Ana")]);
    expect((await storedGuest(result?.sequence)).keyId).not.toBe(keyId);
    await other.stop();
  });
});

/** The server's files that hold these bytes. */
async function filesWith(bytes: string | Buffer): Promise<string[]> {
  const folder = served.nats.dataFolder;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    if ((await readFile(file).catch(() => Buffer.of())).includes(bytes)) found.push(file);
  }
  return found;
}
