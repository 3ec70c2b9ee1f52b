import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import {
  follow,
  RequestRefusedError,
  type ClientFrame,
  type ConnectionOptions,
  type ConnectionState,
  type FollowOptions,
} from "../../src/client/index.js";
import type { ControlFrame } from "../../src/wire/frame.js";
import { serveFrames, type Ask, type Peer } from "./frame-server.js";
import { endFrame, EPOCH, openFrame, sealLog, type Stored } from "./log-server.js";

const SCOPE = "runs/r-42";
const JOB = "runs/r-42/jobs/build";
const log = sealLog([
  { scope: SCOPE, type: "run.created", payload: { name: "nächtlich 🌙", quote: '"}]\\' } },
  { scope: JOB, type: "job.created" },
  { scope: SCOPE, type: "run.started" },
  { scope: JOB, type: "job.started", payload: { line: 'a\nb\r\nc,"event":{' } },
  { scope: SCOPE, type: "run.completed" },
]);
const texts = log.map(({ text }) => text);
const end = endFrame(SCOPE, log);

const unauthorized: ControlFrame = {
  kind: "error",
  problem: {
    type: "/problems/unauthorized",
    title: "Authentication is needed",
    status: 401,
    detail: "The token has expired.",
    code: "unauthorized",
  },
  retryable: true,
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

describe.each(["sse", "websocket"] as const)("over %s", (transport) => {
  async function serve(onAsk: (peer: Peer, ask: Ask) => void): Promise<ConnectionOptions> {
    const { connection, close } = await serveFrames(transport, onAsk);
    closing.push(close);
    return connection;
  }

  async function collect(connection: ConnectionOptions, options: FollowOptions = {}) {
    const frames: ClientFrame[] = [];
    for await (const frame of follow(connection, SCOPE, { transport, ...options })) {
      frames.push(frame);
    }
    return frames;
  }

  const eventTexts = (frames: readonly ClientFrame[]) =>
    frames.flatMap((frame) => (frame.kind === "event" ? [frame.text] : []));

  const framesAfter = (after: number): (ControlFrame | Stored)[] => [
    openFrame(SCOPE, log, after),
    ...log.filter(({ sequence }) => sequence > after),
    end,
  ];

  test("yields the whole stream, byte for byte, and ends with the scope", async () => {
    const connection = await serve((peer) => {
      peer.send(...framesAfter(0));
    });
    const frames = await collect(connection);
    expect(frames.map(({ kind }) => kind)).toEqual(["open", ...log.map(() => "event"), "end"]);
    expect(eventTexts(frames)).toEqual(texts);
    expect(frames[1]).toMatchObject({ sequence: 1, cursor: `1.${EPOCH}`, event: { index: 1 } });
  });

  test("hands over bytes that are not canonical as they are", async () => {
    const odd =
      '{ "index":1,"scope":"runs/r-42","type":"a.b","hash":"sha256:","n":1.0,"n":[ "]" ] }';
    const connection = await serve((peer) => {
      peer.send(openFrame(SCOPE, log, 0), { ...log[0], text: odd } as Stored);
    });
    for await (const frame of follow(connection, SCOPE, { transport })) {
      if (frame.kind !== "event") continue;
      expect(frame.text).toBe(odd);
      break;
    }
  });

  test("yields exactly the stream under any schedule of cuts and clean ends", async () => {
    let schedule: { sent: number; how: "cut" | "end" }[] = [];
    const connection = await serve((peer, { after }) => {
      const step = schedule.shift();
      const frames = framesAfter(after);
      peer.send(...frames.slice(0, step?.sent ?? frames.length));
      peer[step?.how ?? "end"]();
    });
    const step = fc.record({
      sent: fc.integer({ min: 1, max: log.length + 2 }),
      how: fc.constantFrom("cut" as const, "end" as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 3 }), async (steps) => {
        schedule = steps;
        expect(eventTexts(await collect(connection))).toEqual(texts);
      }),
      { numRuns: transport === "sse" ? 30 : 10 },
    );
  }, 120_000);

  test("says what it wants, and what it wants no more when it goes on", async () => {
    const asks: Ask[] = [];
    const connection = await serve((peer, ask) => {
      if (asks.push(ask) === 1) {
        peer.send(openFrame(SCOPE, log, 2));
        peer.cut();
      } else peer.send(...framesAfter(ask.after));
    });
    await collect(connection, { from: "now", snapshot: true });
    const [first, second] = asks;
    expect(first).toMatchObject({ after: 0, said: { from: "now" } });
    expect(first?.said["snapshot"]).toBeTruthy();
    expect(second?.after).toBe(2);
    expect(second?.said["snapshot"]).toBeUndefined();
  });

  test("sends the filter, takes holes for what they are, and goes on from a checkpoint", async () => {
    const asks: Ask[] = [];
    const checkpoint = (sequence: number): ControlFrame => ({
      kind: "checkpoint",
      cursor: `${sequence}.${EPOCH}`,
    });
    const connection = await serve((peer, ask) => {
      const [first, , third, , last] = log;
      asks.push(ask);
      if (asks.length === 1) {
        peer.send(openFrame(SCOPE, log, 0), first as Stored, checkpoint(2), third as Stored);
        peer.send(checkpoint(4));
        peer.cut();
      } else peer.send(openFrame(SCOPE, log, ask.after), last as Stored, end);
    });
    const filter = { type: ["run.*", "job.failed"], milestone: true } as const;
    const frames = await collect(connection, { filter });
    expect(eventTexts(frames)).toEqual([texts[0], texts[2], texts[4]]);
    expect(frames.filter(({ kind }) => kind === "checkpoint")).toHaveLength(2);
    expect(asks.map(({ after }) => after)).toEqual([0, 4]);
    for (const { said } of asks) {
      expect(transport === "sse" ? said : said["filter"]).toMatchObject(
        transport === "sse" ? { type: "run.*,job.failed", milestone: "1" } : filter,
      );
    }
  });

  test("follows a correlation through scopes of which it sees a part", async () => {
    const scopes: string[] = [];
    const id = "order/7?x#%";
    const connection = await serve((peer, { scope }) => {
      scopes.push(scope);
      peer.send(openFrame(SCOPE, log, 0), log[0] as Stored, log[4] as Stored);
    });
    const seen: string[] = [];
    for await (const frame of follow(connection, `correlations/${id}`, { transport })) {
      if (frame.kind === "event" && seen.push(frame.text) === 2) break;
    }
    expect(seen).toEqual([texts[0], texts[4]]);
    expect(scopes).toEqual([`correlations/${id}`]);
  });

  test("asks again when an event is missing", async () => {
    const types = ["run.created", "run.started", "run.completed"];
    const chain = sealLog(types.map((type) => ({ scope: SCOPE, type })));
    let asked = 0;
    const connection = await serve((peer, { after }) => {
      const missing = asked++ === 0 ? 2 : 0;
      const rest = chain.filter(({ sequence }) => sequence > after && sequence !== missing);
      peer.send(openFrame(SCOPE, chain, after), ...rest, endFrame(SCOPE, chain));
    });
    expect(eventTexts(await collect(connection))).toEqual(chain.map(({ text }) => text));
    expect(asked).toBe(2);
  });

  test("surfaces a gap and accepts what follows it", async () => {
    const connection = await serve((peer) => {
      const lost = [{ scope: SCOPE, fromIndex: 2, toIndex: 2 }];
      const requested = `1.${EPOCH}`;
      const gap = { kind: "gap", reason: "purge", requested, firstAvailable: 4, lost } as const;
      const [first, , , ...rest] = log;
      peer.send(openFrame(SCOPE, log, 0), first as Stored, gap, ...rest, end);
    });
    const kinds = (await collect(connection)).map(({ kind }) => kind);
    expect(kinds).toEqual(["open", "event", "gap", "event", "event", "end"]);
  });

  test("takes a silent connection for dead and makes another", async () => {
    let connections = 0;
    const states: string[] = [];
    const connection = await serve((peer, { after }) => {
      const frames = framesAfter(after);
      peer.send(...(connections++ === 0 ? frames.slice(0, 3) : frames));
    });
    const onState = ({ state }: ConnectionState) => states.push(state);
    const frames = await collect(connection, { heartbeatMs: 100, onState });
    expect(eventTexts(frames)).toEqual(texts);
    expect(states).toEqual(["connecting", "open", "waiting", "connecting", "open"]);
  });

  test("takes a connection on which only heartbeats come for alive", async () => {
    let connections = 0;
    const connection = await serve((peer) => {
      connections++;
      peer.send(openFrame(SCOPE, log, 0));
      let beats = 0;
      const beating = setInterval(() => {
        peer.heartbeat();
        if (++beats < 12) return;
        clearInterval(beating);
        peer.send(...framesAfter(0).slice(1));
      }, 50);
    });
    expect(eventTexts(await collect(connection, { heartbeatMs: 100 }))).toEqual(texts);
    expect(connections).toBe(1);
  });

  test("asks for the token for every connection, and again when it has expired", async () => {
    const tokens: (string | undefined)[] = [];
    const connection = await serve((peer, { token, after }) => {
      tokens.push(token);
      const frames = framesAfter(after);
      if (tokens.length === 1) peer.send(...frames.slice(0, 2), unauthorized);
      else if (tokens.length === 2) peer.send(...frames.slice(0, 2));
      else peer.send(...frames);
      if (tokens.length === 2) peer.cut();
    });
    let count = 0;
    const token = () => Promise.resolve(`token-${++count}`);
    expect(eventTexts(await collect({ ...connection, token }))).toEqual(texts);
    expect(tokens).toEqual(["token-1", "token-2", "token-3"]);
  });

  test("gives up when two tokens in a row are refused, or when there is only one", async () => {
    let connections = 0;
    const connection = await serve((peer) => {
      connections++;
      peer.send(unauthorized);
      peer.end();
    });
    const renewing = collect({ ...connection, token: () => "secret" });
    await expect(renewing).rejects.toThrow(RequestRefusedError);
    expect(connections).toBe(2);
    const fixed = collect({ ...connection, token: "secret" });
    await expect(fixed).rejects.toMatchObject({ status: 401, message: "The token has expired." });
    expect(connections).toBe(3);
  });

  test("tries again when the token cannot be had, and says so", async () => {
    const connection = await serve((peer) => {
      peer.send(...framesAfter(0));
    });
    let asked = 0;
    const token = () => {
      if (asked++ === 0) throw new Error("the issuer is away");
      return "secret";
    };
    const states: ConnectionState[] = [];
    const onState = (state: ConnectionState) => states.push(state);
    expect(eventTexts(await collect({ ...connection, token }, { onState }))).toEqual(texts);
    expect(states[1]).toMatchObject({
      reason: "the token could not be had",
      cause: { message: "the issuer is away" },
    });
  });

  test("ends quietly when its signal aborts, and closes the connection", async () => {
    const stop = new AbortController();
    let closed: Promise<unknown> | undefined;
    const connection = await serve((peer) => {
      closed = peer.closed;
      peer.send(openFrame(SCOPE, log, 0), ...log);
    });
    const frames: ClientFrame[] = [];
    for await (const frame of follow(connection, SCOPE, { transport, signal: stop.signal })) {
      frames.push(frame);
      if (frame.kind === "event") stop.abort();
    }
    await closed;
    expect(eventTexts(frames)).toEqual([texts[0]]);
  });

  test("ends quietly when its signal aborts while it waits", async () => {
    const stop = new AbortController();
    const connection = await serve((peer) => {
      peer.send(openFrame(SCOPE, log, 0));
      setImmediate(() => {
        stop.abort();
      });
    });
    const frames = await collect(connection, { signal: stop.signal });
    expect(eventTexts(frames)).toEqual([]);
  });

  test("ends quietly when its signal aborts while the token is asked for", async () => {
    const stop = new AbortController();
    const connection = await serve(() => undefined);
    const token = () => {
      setImmediate(() => {
        stop.abort();
      });
      return new Promise<string>(() => undefined);
    };
    expect(await collect({ ...connection, token }, { signal: stop.signal })).toEqual([]);
  });

  test("closes the connection when its reader leaves early", async () => {
    let closed: Promise<unknown> | undefined;
    const connection = await serve((peer) => {
      closed = peer.closed;
      peer.send(openFrame(SCOPE, log, 0), ...log);
    });
    for await (const frame of follow(connection, SCOPE, { transport })) {
      if (frame.kind === "event") break;
    }
    await closed;
  });

  test("refuses a scope that an address would turn into another", async () => {
    if (transport === "websocket") return;
    const connection = await serve(() => undefined);
    const frames = follow(connection, "correlations/..", { transport });
    await expect(frames.next()).rejects.toMatchObject({ code: "bad-scope" });
  });
});
