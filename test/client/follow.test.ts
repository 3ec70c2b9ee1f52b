import type { IncomingMessage, ServerResponse } from "node:http";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import {
  ContinuityError,
  follow,
  ProtocolError,
  RequestRefusedError,
  type ClientFrame,
  type ConnectionState,
  type FollowOptions,
} from "../../src/client/index.js";
import { sseControl, sseRetry } from "../../src/wire/sse.js";
import {
  endBlock,
  EPOCH,
  listen,
  openFrame,
  openStream,
  positionOf,
  sseEvent,
  sealLog,
  sendAndPart,
  sseBlocks,
  type TestServer,
} from "./log-server.js";

const SCOPE = "runs/r-42";
const JOB = "runs/r-42/jobs/build";
const log = sealLog([
  { scope: SCOPE, type: "run.created", payload: { name: "nächtlich 🌙" } },
  { scope: JOB, type: "job.created" },
  { scope: SCOPE, type: "run.started" },
  { scope: JOB, type: "job.started", payload: { line: "a\nb\r\nc" } },
  { scope: SCOPE, type: "run.completed" },
]);
const texts = log.map(({ text }) => text);

function withResolvers() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((r) => (resolve = r));
  return { promise, resolve };
}

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(onRequest: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = await listen(onRequest);
  servers.push(server);
  return { url: server.url };
}

function wholeStream(after: number): Buffer {
  return Buffer.concat([...sseBlocks(SCOPE, log, after), endBlock(SCOPE, log)]);
}

async function collect(connection: { url: string }, options: FollowOptions = {}) {
  const frames: ClientFrame[] = [];
  for await (const frame of follow(connection, SCOPE, options)) frames.push(frame);
  return frames;
}

function eventTexts(frames: readonly ClientFrame[]): string[] {
  return frames.flatMap((frame) => (frame.kind === "event" ? [frame.text] : []));
}

test("yields the whole stream, byte for byte, and ends with the scope", async () => {
  const connection = await serve((_, response) => {
    sendAndPart(response, wholeStream(0), "end");
  });
  const frames = await collect(connection);
  expect(frames.map(({ kind }) => kind)).toEqual(["open", ...log.map(() => "event"), "end"]);
  expect(eventTexts(frames)).toEqual(texts);
  expect(frames[1]).toMatchObject({ sequence: 1, cursor: `1.${EPOCH}`, event: { index: 1 } });
});

test.each(["cut", "end"] as const)(
  "yields exactly the stream wherever the connection is %s, at every byte",
  async (how) => {
    const cuts = new Map<string, number>();
    const connection = await serve((request, response) => {
      const after = positionOf(request);
      const key = new URL(request.url ?? "", "http://localhost").searchParams.get("last") ?? "";
      const cut = cuts.get(key);
      cuts.delete(key);
      const bytes = wholeStream(after);
      sendAndPart(response, cut === undefined ? bytes : bytes.subarray(0, cut), how);
    });
    const { length } = wholeStream(0);
    let next = 0;
    // `last` tells the readers apart; this server takes no notice of it otherwise.
    const reader = async () => {
      while (next <= length) {
        const cut = next++;
        cuts.set(String(cut), cut);
        const frames = await collect(connection, { last: cut });
        expect(eventTexts(frames), `cut after ${cut} bytes`).toEqual(texts);
      }
    };
    await Promise.all(Array.from({ length: 24 }, reader));
  },
  60_000,
);

test("yields exactly the stream under any schedule of cuts and clean ends", async () => {
  let schedule: { cut: number; how: "cut" | "end" }[] = [];
  const connection = await serve((request, response) => {
    const bytes = wholeStream(positionOf(request));
    const step = schedule.shift() ?? { cut: bytes.length, how: "end" };
    sendAndPart(response, bytes.subarray(0, step.cut), step.how);
  });
  const step = fc.record({
    // From 10 bytes on the `retry:` line has arrived, which keeps the test fast.
    cut: fc.integer({ min: 10, max: wholeStream(0).length }),
    how: fc.constantFrom("cut" as const, "end" as const),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
      schedule = steps;
      expect(eventTexts(await collect(connection))).toEqual(texts);
    }),
    { numRuns: 100 },
  );
});

test("yields exactly the stream however it is chunked", async () => {
  const bytes = wholeStream(0);
  const connection = await serve((_, response) => {
    openStream(response);
    void (async () => {
      for (let i = 0; i < bytes.length; i++) {
        await new Promise((resolve) => response.write(bytes.subarray(i, i + 1), resolve));
      }
      response.end();
    })();
  });
  expect(eventTexts(await collect(connection))).toEqual(texts);
});

test("resumes with the id of the open frame when no event came before the cut", async () => {
  const seen: (string | undefined)[] = [];
  const connection = await serve((request, response) => {
    seen.push(request.headers["last-event-id"] as string | undefined);
    const blocks = sseBlocks(SCOPE, log, 2);
    if (seen.length === 1) sendAndPart(response, Buffer.concat(blocks.slice(0, 2)), "cut");
    else sendAndPart(response, wholeStream(2), "end");
  });
  await collect(connection, { from: "now" });
  expect(seen).toEqual([undefined, `2.${EPOCH}`]);
});

test("ends quietly when the server says that there is nothing more", async () => {
  const connection = await serve((_, response) => {
    response.writeHead(204).end();
  });
  expect(await collect(connection, { after: `5.${EPOCH}` })).toEqual([]);
});

test("ends at the sequence asked for, though the connection stays open", async () => {
  const connection = await serve((_, response) => {
    openStream(response);
    response.write(Buffer.concat(sseBlocks(SCOPE, log, 0)));
  });
  const frames = await collect(connection, { to: 3 });
  expect(eventTexts(frames)).toEqual(texts.slice(0, 3));
});

test.each(["whole", "cut off after the open frame"])(
  "ends at a sequence behind the timeline's last event, the first connection being %s",
  async (how) => {
    const three = log.slice(0, 3);
    let streams = 0;
    const connection = await serve((request, response) => {
      const after = positionOf(request);
      if (request.url?.includes("/events?")) {
        const events = three.filter(({ sequence }) => sequence > after);
        response.end(JSON.stringify({ events: events.map(({ sequence }) => ({ sequence })) }));
        return;
      }
      const open = {
        scope: SCOPE,
        cursor: `${after}.${EPOCH}`,
        head: `9.${EPOCH}`,
        epoch: EPOCH,
      } as const;
      const head = Buffer.from(sseRetry(1) + sseControl({ kind: "open", ...open }));
      const events = sseBlocks(SCOPE, three, after).slice(3);
      const isCut = how !== "whole" && streams++ === 0;
      sendAndPart(response, isCut ? head : Buffer.concat([head, ...events]), "end");
    });
    expect(eventTexts(await collect(connection, { to: 8 }))).toEqual(texts.slice(0, 3));
  },
);

test("looks behind what its filter passes over for whether it has reached its end", async () => {
  const pages: (string | null)[] = [];
  const connection = await serve((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    if (!pathname.endsWith("/events")) {
      const open = Buffer.from(sseControl(openFrame(SCOPE, log, 0)));
      sendAndPart(response, open, "end");
      return;
    }
    pages.push(searchParams.get("after"));
    const page =
      pages.length === 1
        ? { events: [], next: `3.${EPOCH}`, caughtUp: false }
        : { events: [{ sequence: 5 }], next: `5.${EPOCH}`, caughtUp: true };
    expect(searchParams.get("type")).toBe("run.completed");
    response.end(JSON.stringify(page));
  });
  expect(await collect(connection, { to: 4, filter: { type: ["run.completed"] } })).toHaveLength(1);
  expect(pages).toEqual([`0.${EPOCH}`, `3.${EPOCH}`]);
});

test("leaves out an event that the server sends again", async () => {
  const connection = await serve((_, response) => {
    const again = log.slice(0, 2).map(({ cursor, type, text }) => sseEvent(cursor, type, text));
    const [first, ...rest] = [...sseBlocks(SCOPE, log, 0), endBlock(SCOPE, log)];
    const blocks = [first, ...rest.slice(0, 4), ...again, ...rest.slice(4)];
    sendAndPart(response, Buffer.concat(blocks), "end");
  });
  expect(eventTexts(await collect(connection))).toEqual(texts);
});

test("asks again when an event is missing, and fails when it stays missing", async () => {
  const single = sealLog(
    ["run.created", "run.started", "run.completed"].map((type) => ({ scope: SCOPE, type })),
  );
  const blocks = (after: number) => [...sseBlocks(SCOPE, single, after), endBlock(SCOPE, single)];
  const withoutSecond = () => Buffer.concat(blocks(0).filter((_, i) => i !== 4));
  let asked = 0;
  const lagging = await serve((request, response) => {
    const bytes = asked++ === 0 ? withoutSecond() : Buffer.concat(blocks(positionOf(request)));
    sendAndPart(response, bytes, "end");
  });
  expect(eventTexts(await collect(lagging))).toEqual(single.map(({ text }) => text));
  expect(asked).toBe(2);

  const broken = await serve((_, response) => {
    sendAndPart(response, withoutSecond(), "end");
  });
  const failure = collect(broken);
  await expect(failure).rejects.toThrow(ContinuityError);
  await expect(failure).rejects.toMatchObject({ scope: SCOPE, expectedIndex: 2 });
});

test("notices that the last event is missing", async () => {
  const connection = await serve((_, response) => {
    const blocks = [...sseBlocks(SCOPE, log, 0).slice(0, -1), endBlock(SCOPE, log)];
    sendAndPart(response, Buffer.concat(blocks), "end");
  });
  await expect(collect(connection)).rejects.toMatchObject({ scope: SCOPE, expectedIndex: 3 });
});

test("surfaces a gap and accepts what follows it", async () => {
  const connection = await serve((_, response) => {
    const blocks = sseBlocks(SCOPE, log, 0);
    const gap = sseControl({
      kind: "gap",
      reason: "purge",
      requested: `1.${EPOCH}`,
      firstAvailable: 4,
      lost: [{ scope: SCOPE, fromIndex: 2, toIndex: 2 }],
    });
    const bytes = [
      ...blocks.slice(0, 4),
      Buffer.from(gap),
      ...blocks.slice(6),
      endBlock(SCOPE, log),
    ];
    sendAndPart(response, Buffer.concat(bytes), "end");
  });
  const frames = await collect(connection);
  expect(frames.map(({ kind }) => kind)).toEqual(["open", "event", "gap", "event", "event", "end"]);
});

test("starts over, through a gap, when the log was replaced by another", async () => {
  let connections = 0;
  const connection = await serve((_, response) => {
    if (connections++ === 0) {
      sendAndPart(response, Buffer.concat(sseBlocks(SCOPE, log, 0)), "cut");
      return;
    }
    const epoch = "another1";
    const open = sseControl({
      kind: "open",
      scope: SCOPE,
      cursor: `0.${epoch}`,
      head: `1.${epoch}`,
      epoch,
    });
    const gap = sseControl({
      kind: "gap",
      reason: "epoch",
      requested: `5.${EPOCH}`,
      firstAvailable: 1,
      lost: [],
    });
    const [first] = log;
    const event = sseEvent(`1.${epoch}`, undefined, first?.text ?? "");
    sendAndPart(
      response,
      Buffer.concat([Buffer.from(open + gap), event, endBlock(SCOPE, log)]),
      "end",
    );
  });
  const frames = await collect(connection);
  expect(eventTexts(frames)).toEqual([...texts, texts[0]]);
});

test("takes a silent connection for dead and makes another", async () => {
  let connections = 0;
  const states: ConnectionState[] = [];
  const connection = await serve((request, response) => {
    if (connections++ === 0) {
      openStream(response);
      response.write(Buffer.concat(sseBlocks(SCOPE, log, 0).slice(0, 5)));
    } else sendAndPart(response, wholeStream(positionOf(request)), "end");
  });
  const onState = (state: ConnectionState) => states.push(state);
  const frames = await collect(connection, { heartbeatMs: 20, onState });
  expect(eventTexts(frames)).toEqual(texts);
  expect(states.map(({ state }) => state)).toEqual([
    "connecting",
    "open",
    "waiting",
    "connecting",
    "open",
  ]);
});

test("does not take its own reader's slowness for a dead connection", async () => {
  let connections = 0;
  const connection = await serve((_, response) => {
    connections++;
    sendAndPart(response, wholeStream(0), "end");
  });
  let passed = 0;
  for await (const frame of follow(connection, SCOPE, { heartbeatMs: 5 })) {
    const until = performance.now() + 25;
    while (performance.now() < until) await new Promise(setImmediate);
    if (frame.kind === "event") passed++;
  }
  expect({ passed, connections }).toEqual({ passed: log.length, connections: 1 });
});

test("keeps trying while the server is away, and says so", async () => {
  const first = await listen((_, response) => {
    sendAndPart(response, Buffer.concat(sseBlocks(SCOPE, log, 0).slice(0, 4)), "cut");
  });
  const { url } = first;
  const reasons: string[] = [];
  let attempts = 0;
  const gone: Promise<void>[] = [];
  const frames = await collect(
    { url },
    {
      onState: (state) => {
        if (state.state !== "waiting") return;
        reasons.push(state.reason);
        if (attempts++ === 0) gone.push(first.close());
        if (attempts === 3) {
          gone.push(
            listen(
              (request, response) => {
                sendAndPart(response, wholeStream(positionOf(request)), "end");
              },
              Number(new URL(url).port),
            ).then((server) => void servers.push(server)),
          );
        }
      },
    },
  );
  await Promise.all(gone);
  expect(eventTexts(frames)).toEqual(texts);
  expect(reasons[1]).toBe(`${url} does not answer`);
});

test("waits as long as a stream error asks for", async () => {
  let connections = 0;
  const waits: number[] = [];
  const connection = await serve((request, response) => {
    const error = sseControl({
      kind: "error",
      problem: {
        type: "/problems/too-many-streams",
        title: "Too many streams are open",
        status: 429,
        detail: "1000 are open.",
        code: "too-many-streams",
      },
      retryable: true,
      retryAfterMs: 120,
    });
    if (connections++ === 0) sendAndPart(response, Buffer.from(error), "end");
    else sendAndPart(response, wholeStream(positionOf(request)), "end");
  });
  const frames = await collect(connection, {
    onState: (state) => {
      if (state.state === "waiting") waits.push(state.retryInMs);
    },
  });
  expect(eventTexts(frames)).toEqual(texts);
  expect(waits[0]).toBeGreaterThanOrEqual(120);
});

test("throws what the server refuses for good", async () => {
  const connection = await serve((_, response) => {
    response.writeHead(400, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ code: "bad-cursor", status: 400, detail: "no cursor: x" }));
  });
  const refused = collect(connection, { after: "x" });
  await expect(refused).rejects.toThrow(RequestRefusedError);
  await expect(refused).rejects.toMatchObject({ code: "bad-cursor", message: "no cursor: x" });
});

test("throws when something else answers than an event stream", async () => {
  const connection = await serve((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<html>");
  });
  await expect(collect(connection)).rejects.toThrow(ProtocolError);
});

test("ends quietly when its signal aborts, and closes the connection", async () => {
  const stop = new AbortController();
  const closed = withResolvers();
  const connection = await serve((_, response) => {
    openStream(response);
    response.write(Buffer.concat(sseBlocks(SCOPE, log, 0)));
    response.on("close", () => {
      closed.resolve();
    });
  });
  let count = 0;
  for await (const frame of follow(connection, SCOPE, { signal: stop.signal })) {
    if (frame.kind === "event" && ++count === log.length) stop.abort();
  }
  await closed.promise;
  expect(count).toBe(log.length);
});

test("closes the connection when its reader leaves early", async () => {
  const closed = withResolvers();
  const connection = await serve((_, response) => {
    openStream(response);
    response.write(Buffer.concat(sseBlocks(SCOPE, log, 0)));
    response.on("close", () => {
      closed.resolve();
    });
  });
  for await (const frame of follow(connection, SCOPE)) if (frame.kind === "event") break;
  await closed.promise;
});
