import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { parseCheckpoint } from "../../src/audit/checkpoint.js";
import { verifyConsistency } from "../../src/audit/merkle-proof.js";
import { parseNote, verifyNote } from "../../src/audit/note.js";
import { parseVerifierKey } from "../../src/audit/verifier-key.js";
import { start as startCommand } from "../cli/runtrail.js";
import { startGateway } from "../fixtures/gateway.js";
import { startTestServer } from "../fixtures/nats.js";
import { until } from "../fixtures/until.js";
import { append, draft } from "../http/requests.js";

const KILLS = 20;

test(
  "a sealer that is killed at any moment never leaves two roots for one size",
  { timeout: 300_000 },
  async () => {
    const nats = await startTestServer();
    onTestFinished(() => nats.stop());
    const writer = await startGateway({ nodeId: "writer", seal: { isOn: false } }, nats);
    onTestFinished(() => writer.stop());
    const { sealer, log } = writer.gateway;

    // Every checkpoint that a sealer tries to store passes here, whether it is stored or not.
    const tried = new Map<number, Set<string>>();
    log.nc.subscribe("seal.checkpoints.>", {
      callback: (_error, message) => {
        const { size, root } = parseCheckpoint(parseNote(message.string()).text);
        const roots = tried.get(size) ?? new Set();
        tried.set(size, roots.add(Buffer.from(root).toString("base64")));
      },
    });

    const over = new AbortController();
    let appended = 0;
    const appending = (async () => {
      for (let i = 0; !over.signal.aborted; i++) {
        const events = Array.from({ length: randomInt(1, 40) }, (_, n) => draft(n));
        await append(writer.url, `runs/r-${i % 10}`, events);
        appended += events.length;
        await delay(10);
      }
    })();

    const { servers, user, pass } = nats.server.connection;
    const serve = async () => {
      const command = startCommand(["serve", "--port", "0", "--data", nats.dataFolder], {
        NATS_URL: `nats://${servers}`,
        NATS_USER: user,
        NATS_PASSWORD: pass,
        RUNTRAIL_NODE_ID: "sealer",
        RUNTRAIL_SEAL_INTERVAL_MS: "50",
      });
      await command.until(({ text }) => text.includes("ready at"));
      return command;
    };
    for (let killed = 0; killed < KILLS; killed++) {
      const before = tried.size;
      const command = await serve();
      // While it finds out where to go on, and while it seals.
      if (killed % 2 === 1) await until("it seals", () => tried.size > before, 30_000);
      await delay(randomInt(0, 200));
      command.kill("SIGKILL");
      await command.exited;
    }
    over.abort();
    await appending;
    const last = await serve();
    await sealer.sealed(appended, AbortSignal.timeout(30_000));
    last.kill("SIGTERM");
    await last.exited;

    expect([...tried.values()].filter((roots) => roots.size > 1)).toEqual([]);
    expect(tried.size).toBeGreaterThanOrEqual(KILLS / 2);
    expect(sealer.state.size).toBe(appended);
    expect(sealer.alarms.all).toEqual([]);
    expect(sealer.state.keys).toHaveLength(1);
    const key = parseVerifierKey(sealer.state.keys[0]?.verifierKey ?? "");
    expect(verifyNote(parseNote(sealer.state.note ?? ""), [key])).toMatchObject({ by: [key] });

    // What was ever signed is a part of what is sealed now.
    const newest = parseCheckpoint(parseNote(sealer.state.note ?? "").text);
    for (const [size, [root = ""]] of tried) {
      const claim = {
        size1: size,
        size2: newest.size,
        root1: Buffer.from(root, "base64"),
        root2: newest.root,
        proof: await sealer.proofs.consistency(size, newest.size),
      };
      expect(verifyConsistency(claim), `${size}`).toBe(true);
    }
  },
);
