import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { noteSigner } from "../../src/audit/note.js";
import { formatVerifierKey } from "../../src/audit/verifier-key.js";
import { CASES, fileOf, log, RUN, run, whole } from "../audit/attacks/cases.js";
import { ORIGIN, TEST_KEY } from "../audit/bundles.js";
import { listen, type TestServer } from "../client/log-server.js";
import { runCommand } from "./command.js";

const VECTORS = new URL("../vectors/audit/", import.meta.url).pathname;
const RECORDING = new URL("../audit/attacks/recording.ndjson", import.meta.url).pathname;
const STRANGER = formatVerifierKey(noteSigner(ORIGIN, new Uint8Array(32).fill(9)).key);
const KEY = ["--key", TEST_KEY];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "runtrail-verify-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

function json(stdout: string): Record<string, unknown>[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("runtrail verify", () => {
  test.each(CASES)("exits with $exit for $name: $why", async (attack) => {
    const { name, minSize, known, allowsRedacted, exit, findings, incomplete } = attack;
    const { status, stdout, stderr } = await runCommand([
      ...["verify", join(VECTORS, fileOf(attack)), ...KEY, "--json"],
      ...(minSize === undefined ? [] : ["--min-size", String(minSize)]),
      ...(known === undefined ? [] : ["--known-checkpoint", join(VECTORS, `${name}.note`)]),
      ...(allowsRedacted === true ? ["--allow-redacted"] : []),
    ]);
    expect(status, stderr).toBe(exit);
    const told = json(stdout);
    expect(told.filter(({ kind }) => kind === "finding")).toEqual(
      findings.map((finding) => expect.objectContaining(finding) as unknown),
    );
    expect(told.at(-1)).toMatchObject({ kind: "summary", status: exit, findings: findings.length });
    if (exit === 1) return;
    const reasons = (told.at(-1)?.["incomplete"] as { reason: string }[]).map((one) => one.reason);
    expect(reasons).toEqual(incomplete ?? []);
    expect(stderr.split("\n")).toHaveLength(exit === 2 ? 2 : 1);
  });

  test("says in words what was checked, and up to where", async () => {
    const { status, stdout } = await runCommand(["verify", join(VECTORS, "ok-run.ndjson"), ...KEY]);
    expect(stdout).toBe(
      `holds: ${RUN} of ${ORIGIN}, 6 events of 2 scopes checked, 2 receipts, every hash, link and proof ` +
        `is right, up to the checkpoint of 8 leaves, signed by ${ORIGIN}+975bdccd\n`,
    );
    expect(status).toBe(0);
  });

  test("says in words what does not hold, and where", async () => {
    const path = join(VECTORS, "flip-run.ndjson");
    const { stdout } = await runCommand(["verify", path, ...KEY]);
    expect(stdout).toBe(
      `hash at sequence 5 ${RUN}/jobs/build event 2: /hash is not the hash of this envelope\n` +
        `does not hold: ${RUN} of ${ORIGIN}, 6 events of 2 scopes checked, 1 finding\n`,
    );
  });

  test("prints a hundred findings and how many more there are", async () => {
    const path = file("many", text([whole[0] ?? "", ...Array<string>(150).fill("{}"), ...whole]));
    const { status, stdout } = await runCommand(["verify", path, ...KEY]);
    const lines = stdout.trim().split("\n");
    expect(status).toBe(1);
    expect(lines).toHaveLength(102);
    expect(lines.slice(-2).join("\n")).toMatch(
      /^… and 5\d more findings\ndoes not hold: .* 15\d findings$/,
    );
  });

  test("reads standard input", async () => {
    const { status } = await runCommand(["verify", "-", ...KEY], { input: text(run) });
    expect(status).toBe(0);
  });

  test.each<[string, string | Uint8Array, string[], RegExp]>([
    ["is empty", "", KEY, /is empty$/],
    ["is compressed", gzipSync(text(run)), KEY, /is compressed: gunzip it first$/],
    ["is something else", "hello\n", KEY, /is neither a bundle nor an NDJSON export of events$/],
    ["was cut in a line", text(run).slice(0, 3000), KEY, /: it was cut off in line 5$/],
    ["lacks its last line end", text(run).slice(0, -1), KEY, /: it was cut off in line 10$/],
    ["ends before its checkpoint", text(run.slice(0, -1)), KEY, /: it ends before its checkpoint/],
    ["holds no events", text([run[0] ?? "", run.at(-1) ?? ""]), KEY, /: it holds no events$/],
    ["comes without a key to trust", text(run), [], new RegExp(`itself claims ${ORIGIN}.*$`)],
    ["is signed by others", text(run), ["--key", STRANGER], /it is signed by .*\+975bdccd$/],
    [
      "comes with a bad key",
      text(run),
      ["--key", "key"],
      /^runtrail: --key: "key" is no verifier key/,
    ],
    ["comes with a bad size", text(run), [...KEY, "--min-size", "x"], /--min-size takes a number/],
  ])("exits with 2 and says why in one line, when a file %s", async (_, content, args, reason) => {
    const path = file("bundle", content);
    const { status, stdout, stderr } = await runCommand(["verify", path, ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr.split("\n")).toHaveLength(2);
    expect(stderr.trim()).toMatch(reason);
  });

  test("finds a line of 2 GB, goes on behind it, and does not keep it in memory", async () => {
    const chunk = Buffer.alloc(2 ** 20, "x");
    const before = Buffer.from(text(whole.slice(0, 5)));
    const after = Buffer.from(text(whole.slice(6)));
    function* bundle() {
      yield before;
      for (let sent = 0; sent < 2 ** 31; sent += chunk.length) yield chunk;
      yield Buffer.from("\n");
      yield after;
    }
    const { status, stdout, peakBytes } = await runCommand(["verify", "-", ...KEY, "--json"], {
      input: bundle(),
    });
    expect(status).toBe(1);
    expect(json(stdout)).toMatchObject([
      { kind: "finding", check: "canonical", line: 6 },
      { kind: "summary", findings: 1, places: { event: 7 } },
    ]);
    expect(peakBytes).toBeLessThan(256 * 2 ** 20);
  });

  test("exits with 2 for a file that is not there, and for a folder", async () => {
    const missing = await runCommand(["verify", join(folder, "none"), ...KEY]);
    expect(missing.status).toBe(2);
    const { status, stderr } = await runCommand(["verify", folder, ...KEY]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `runtrail: ${folder} cannot be read (EISDIR)\n`,
    });
  });

  test("exits with 1 for what was cut and tampered with", async () => {
    const path = file("cut", text(run).replace("hello", "hallo").slice(0, -1));
    expect((await runCommand(["verify", path, ...KEY])).status).toBe(1);
  });

  test.each([
    ["of another log", "elsewhere.note", /the remembered checkpoint is of elsewhere/],
    ["of a stranger", "stranger.note", /none of the keys has signed it, but/],
    ["that is not there", "none.note", /cannot be read \(ENOENT\)/],
    ["that is none", "README.md", /the checkpoint is malformed/],
  ])("exits with 2 for a remembered checkpoint %s", async (_, name, reason) => {
    const args = [...KEY, "--known-checkpoint", join(VECTORS, name)];
    const { status, stderr } = await runCommand([
      "verify",
      join(VECTORS, "ok-run.ndjson"),
      ...args,
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(reason);
  });

  test("shows nothing of a bundle that steers a terminal", async () => {
    const odd = text(run).replaceAll(`"origin":"${ORIGIN}`, '"origin":"\\u001b[2Jx');
    const { status, stdout } = await runCommand(["verify", file("odd", odd), ...KEY]);
    expect(status).toBe(1);
    expect(stdout).toContain("of x");
    expect(stdout).not.toContain("\u001b");
  });
});

describe("runtrail verify --compare", () => {
  test.each<[string, string[], number, RegExp]>([
    ["a fork", ["fork-a", "fork-b"], 1, /^fork: .* have two roots for the size 8\ndoes not hold: /],
    ["twice the same", ["fork-a", "fork-a"], 0, /^holds: the same size and the same root\n$/],
    [
      "different sizes",
      ["earlier", "fork-a"],
      3,
      /^not decided: the sizes 6 and 8 differ: .* a proof/,
    ],
  ])("tells %s", async (_, notes, expected, words) => {
    const files = notes.map((name) => join(VECTORS, `${name}.note`));
    const { status, stdout } = await runCommand(["verify", "--compare", ...files, ...KEY]);
    expect(stdout).toMatch(words);
    expect(status).toBe(expected);
  });

  test.each([
    [["fork-a", "elsewhere"], /are of two different logs$/],
    [["fork-a", "stranger"], /stranger.note: none of the keys has signed it; it is signed by/],
    [["fork-a"], /--compare takes two files/],
  ])("exits with 2 for %j", async (notes, reason) => {
    const files = notes.map((name) => join(VECTORS, `${name}.note`));
    const { status, stderr } = await runCommand(["verify", "--compare", ...files, ...KEY]);
    expect(status).toBe(2);
    expect(stderr.trim()).toMatch(reason);
  });

  test("finds a forged signature", async () => {
    const note = readFileSync(join(VECTORS, "fork-a.note"), "utf8").replace("\n8\n", "\n7\n");
    const args = ["--compare", file("forged.note", note), join(VECTORS, "fork-b.note")];
    const { status, stdout } = await runCommand(["verify", ...args, ...KEY, "--json"]);
    expect(status).toBe(1);
    expect(json(stdout)).toMatchObject([
      { kind: "finding", check: "signature" },
      { kind: "comparison", outcome: "forged" },
    ]);
  });

  test("tells a fork also without a key, and that no signature was checked", async () => {
    const files = ["fork-a", "fork-b"].map((name) => join(VECTORS, `${name}.note`));
    const fork = await runCommand(["verify", "--compare", ...files]);
    expect(fork.status).toBe(1);
    expect(fork.stdout).toContain("who signed them was not checked");
    const same = await runCommand(["verify", "--compare", files[0] ?? "", files[0] ?? ""]);
    expect(same.status).toBe(3);
  });
});

describe("with a server that seals", () => {
  const servers: TestServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  /** Serves a bundle of the run and of everything, and the key. Returns what was asked for. */
  async function serve(lines = run, isWhole = true) {
    const asked: string[] = [];
    const server = await listen((request, response) => {
      asked.push(request.url ?? "");
      const path = new URL(request.url ?? "", "http://localhost").pathname;
      if (path === "/v1/keys") {
        const keys = [
          { verifierKey: STRANGER, fromSize: 0, toSize: 4 },
          { verifierKey: TEST_KEY, fromSize: 5, toSize: null },
        ];
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ keys }));
      } else if (path === `/v1/${RUN}/bundle` || path === "/v1/bundle") {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        const sent = text(path === "/v1/bundle" ? whole : lines);
        if (isWhole) response.end(sent);
        else response.write(sent.slice(0, 2000), () => response.socket?.destroy());
      } else response.writeHead(404).end();
    });
    servers.push(server);
    return { env: { RUNTRAIL_URL: server.url }, asked };
  }

  test("verify checks a scope, and says whose word the key is", async () => {
    const { env } = await serve();
    const { status, stdout } = await runCommand(["verify", RUN], { env });
    expect(stdout).toMatch(/^holds: .*\(that this is the log's key is the server's own word\)\n$/);
    expect(status).toBe(0);
    const trusted = await runCommand(["verify", RUN, ...KEY], { env });
    expect(trusted.stdout).not.toContain("own word");
  });

  test("verify checks everything", async () => {
    const { env } = await serve();
    const { stdout } = await runCommand(["verify"], { env });
    expect(stdout).toMatch(/^holds: everything of .* 8 events of 3 scopes checked/);
  });

  test("verify asks for the proof that the log has grown from what is remembered", async () => {
    const { env, asked } = await serve(log.bundle(RUN, { from: 5 }));
    const known = join(VECTORS, "grown-run.note");
    const { status } = await runCommand(["verify", RUN, "--known-checkpoint", known], { env });
    expect(status).toBe(0);
    expect(asked).toContain(`/v1/${RUN}/bundle?known=5`);
  });

  test("verify and bundle fail when the connection breaks, and bundle leaves no file", async () => {
    const { env } = await serve(run, false);
    const broken = await runCommand(["verify", RUN], { env });
    expect(broken.status).toBe(2);
    expect(broken.stderr).toMatch(/the connection broke before the end of the bundle/);
    const path = join(folder, "broken.bundle");
    expect((await runCommand(["bundle", RUN, "-o", path], { env })).status).toBe(1);
    expect(() => readFileSync(path)).toThrow("ENOENT");
  });

  test("keys prints them, with the sizes for which they sign", async () => {
    const { env } = await serve();
    expect((await runCommand(["keys"], { env })).stdout).toBe(
      `${STRANGER}  signs from size 0 to 4\n${TEST_KEY}  signs from size 5 on\n`,
    );
    expect(json((await runCommand(["keys", "--json"], { env })).stdout)[1]).toEqual({
      verifierKey: TEST_KEY,
      fromSize: 5,
      toSize: null,
    });
  });

  test("bundle writes what verify takes, byte for byte as the server gives it", async () => {
    const { env } = await serve();
    const path = join(folder, "run.bundle");
    expect((await runCommand(["bundle", RUN, "-o", path], { env })).status).toBe(0);
    expect(readFileSync(path, "utf8")).toBe(text(run));
    expect((await runCommand(["bundle", RUN, "-o", "-"], { env })).stdout).toBe(text(run));
  });

  test("bundle leaves events out, and what is left is incomplete and holds", async () => {
    const { env } = await serve();
    const path = join(folder, "redacted.bundle");
    await runCommand(["bundle", RUN, "-o", path, "--redact", "1,5"], { env });
    expect(readFileSync(path, "utf8")).not.toContain("hello");
    expect((await runCommand(["verify", path, ...KEY])).status).toBe(3);
    expect((await runCommand(["verify", path, ...KEY, "--allow-redacted"])).status).toBe(0);
  });

  test("bundle does not write a file without what was to be left out", async () => {
    const { env } = await serve();
    const path = join(folder, "unredacted.bundle");
    const { status, stderr } = await runCommand(["bundle", RUN, "-o", path, "--redact", "3"], {
      env,
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "runtrail: there is no event to leave out at 3\n",
    });
    expect(() => readFileSync(path)).toThrow("ENOENT");
    const odd = await runCommand(["bundle", RUN, "-o", path, "--redact", "x"], { env });
    expect(odd.status).toBe(2);
  });

  test("bundle refuses what ends before its checkpoint", async () => {
    const { env } = await serve(run.slice(0, -1));
    const path = join(folder, "short.bundle");
    const { status, stderr } = await runCommand(["bundle", RUN, "-o", path], { env });
    expect(status).toBe(1);
    expect(stderr).toMatch(/ends before its checkpoint/);
  });
});

test("a server without bundles is checked by hashes and chains, and that is said", async () => {
  const recording = readFileSync(RECORDING, "utf8");
  const server = await listen((request, response) => {
    if (request.url !== "/v1/events") response.writeHead(404).end();
    else response.writeHead(200, { "content-type": "application/x-ndjson" }).end(recording);
  });
  const env = { RUNTRAIL_URL: server.url };
  const { status, stdout, stderr } = await runCommand(["verify"], { env });
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: "holds: 8 events of 3 scopes checked, every hash and link is right\n",
  });
  expect(stderr).toMatch(
    /^runtrail: the server has no bundles: only hashes and chains were checked/,
  );
  const sealed = await runCommand(["verify", ...KEY], { env });
  expect(sealed.status).toBe(2);
  expect(sealed.stderr).toBe("runtrail: the server has no bundles to hold against a key\n");
  await server.close();
});

test("an export cannot be held against a key", async () => {
  expect((await runCommand(["verify", RECORDING])).status).toBe(0);
  const { status, stderr } = await runCommand(["verify", RECORDING, ...KEY]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/is an export, which nobody has signed/);
});
