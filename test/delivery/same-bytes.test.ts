import { afterAll, beforeAll, expect, test } from "vitest";
import { canonicalize } from "../../src/envelope/canonical.js";
import { Runtrail } from "../cli/runtrail.js";
import { append, newRun } from "../http/requests.js";
import { isTold, openSocket } from "../http/socket-client.js";
import { openStream, readAll, readUntil } from "../http/sse-reader.js";

let runtrail: Runtrail;
beforeAll(async () => {
  runtrail = await Runtrail.start();
});
afterAll(() => runtrail.close());

/** Texts that a transport, or a program that prints them, could be tempted to write otherwise. */
const TEXTS = [
  "",
  "plain",
  'a "quoted" \\ line',
  "CR \r LF \n tab \t bell \u0007 delete \u007f",
  "line \u2028 and paragraph \u2029 separators",
  "data: x\n\nid: 1\nevent: stream.end",
  "é ü 漢字 \u202eright-to-left\u202c \u{1F680} \ufeff",
  "<script>&amp;</script>",
  "\u001b[31mred\u001b[0m",
  "x".repeat(100_000),
];
const NUMBERS = [0, -0, 1e21, 1e-7, 0.1, 123456789012345, -5e-324, 1.7976931348623157e308];

/** Each object behind the words `"event":` outside of strings, as it is written. */
function envelopesIn(text: string): string[] {
  const found: string[] = [];
  // A string, or one of the few signs that count outside of strings.
  const signs = /"(?:[^"\\]|\\.)*"|[{}]/gs;
  let depth = 0;
  let previous = "";
  let from: { index: number; depth: number } | undefined;
  for (const { 0: sign, index } of text.matchAll(signs)) {
    if (sign === "{" && previous === '"event"') from ??= { index, depth };
    depth += sign === "{" ? 1 : sign === "}" ? -1 : 0;
    if (sign === "}" && depth === from?.depth) {
      found.push(text.slice(from.index, index + 1));
      from = undefined;
    }
    previous = sign;
  }
  return found;
}

/** The envelopes after a cursor and up to the end of the scope, as each way of reading gives them. */
const WAYS: Record<string, (run: string, after: string) => Promise<string[]>> = {
  "server-sent events": async (run, after) => {
    const stream = await openStream(`${runtrail.url}/v1/${run}/stream?after=${after}`);
    const blocks = await readAll(stream.blocks);
    return blocks.filter(({ event }) => !event?.startsWith("stream.")).map(({ data }) => data);
  },
  WebSocket: async (run, after) => {
    const { ws, say, messages } = await openSocket(runtrail.url);
    say({ op: "subscribe", sub: "a", scope: run, after });
    const told = (await readUntil(messages, isTold("end"))).filter(({ op }) => op === "events");
    ws.close();
    return told.flatMap(({ text }) => envelopesIn(text));
  },
  "long poll": async (run, after) => {
    const answer = await fetch(`${runtrail.url}/v1/${run}/poll?after=${after}`);
    return envelopesIn(await answer.text());
  },
  NDJSON: async (run, after) => {
    const headers = { accept: "application/x-ndjson" };
    const answer = await fetch(`${runtrail.url}/v1/${run}/events?after=${after}`, { headers });
    return envelopesIn(await answer.text());
  },
  "runtrail tail": async (run, after) => {
    const { stdout } = await runtrail.run(["tail", run, "--from", after, "--json"]);
    return stdout.split("\n").slice(0, -1);
  },
  "runtrail tail over WebSocket": async (run, after) => {
    const args = ["tail", run, "--from", after, "--json", "--transport", "websocket"];
    const { stdout } = await runtrail.run(args);
    return stdout.split("\n").slice(0, -1);
  },
};

test("every way of reading gives the stored envelopes of a range, byte for byte", async () => {
  const run = newRun();
  const drafts = TEXTS.map((text) => ({
    type: "test.noted",
    payload: {
      text,
      [text.slice(0, 50)]: NUMBERS,
      nested: { b: [null, true, {}], a: text.length },
    },
  }));
  const stored = [
    ...(await append(runtrail.url, run, drafts)),
    ...(await append(runtrail.url, `${run}/jobs/below`, drafts)),
    ...(await append(runtrail.url, run, [{ type: "run.completed", payload: { durationMs: 1 } }])),
  ];
  for (const at of [0, 1, TEXTS.length]) {
    const after = stored[at]?.cursor ?? "";
    const expected = stored.length - at - 1;
    const read: Record<string, string[]> = {};
    for (const [way, readAfter] of Object.entries(WAYS)) read[way] = await readAfter(run, after);
    const reference = read["NDJSON"] ?? [];
    expect(reference.length).toBe(expected);
    for (const line of reference) expect(canonicalize(JSON.parse(line))).toBe(line);
    for (const [way, envelopes] of Object.entries(read)) expect(envelopes, way).toEqual(reference);
  }
});
