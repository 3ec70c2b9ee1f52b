import { spawn } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { verdictOf } from "../dist/audit/bundle-summary.js";
import { formatVerifierKey } from "../dist/audit/verifier-key.js";
import { BundleVerifier } from "../dist/audit/verify-bundle.js";
import { provenBundle, SIGNER, wholeBundle } from "./bundles.js";
import { figure, median, type Figure } from "./figure.js";
import { CLI, forgetPeak, memory, type Memory } from "./process.js";

const EVENTS = 100_000;
const RUNS = 100;
const ROUNDS = 5;
const CHUNK_BYTES = 1024 * 1024;
const LONG_BYTES = 1024 ** 3;
/** Of an event of the bench. */
const LINE_BYTES = 850;
const MIB = 2 ** 20;

/** Gives all lines to a verifier, and demands that all of it holds. */
function verify(lines: Iterable<Uint8Array>): void {
  const remembered = { minSize: 0, checkpoint: undefined };
  const verifier = new BundleVerifier({ keys: [SIGNER.key], remembered });
  let findings = 0;
  for (const line of lines) findings += verifier.check(line).length;
  const { summary } = verifier.finish();
  if (findings > 0 || verdictOf(summary, false) !== "holds") {
    throw new Error(`the bundle does not hold: ${JSON.stringify(summary)}`);
  }
}

/** The least that anybody has to do with the lines: read them as JSON, and hash them natively. */
function parseAndHash(lines: readonly { text: string; bytes: Uint8Array }[]): void {
  for (const { text, bytes } of lines) {
    JSON.parse(text);
    hash("sha256", bytes, "hex");
  }
}

function* chunked(lines: Iterable<string>): Generator<Uint8Array, void> {
  let pending: string[] = [];
  let length = 0;
  for (const line of lines) {
    pending.push(line, "\n");
    length += line.length + 1;
    if (length < CHUNK_BYTES) continue;
    yield Buffer.from(pending.join(""));
    pending = [];
    length = 0;
  }
  yield Buffer.from(pending.join(""));
}

/** Lines a second of both, in turns; the first turn is not counted. */
function speed(name: string, bundle: Iterable<string>): Figure {
  const texts = [...bundle];
  // In one piece of memory, as lines are that come from a file.
  const all = new TextEncoder().encode(texts.join("\n"));
  let from = 0;
  const lines = texts.map((text) => {
    const bytes = all.subarray(from, from + Buffer.byteLength(text));
    from += bytes.length + 1;
    return { text, bytes };
  });
  const bytes = lines.map((line) => line.bytes);
  const rates = { ours: [] as number[], reference: [] as number[] };
  const sides = [
    [
      "reference",
      () => {
        parseAndHash(lines);
      },
    ],
    [
      "ours",
      () => {
        verify(bytes);
      },
    ],
  ] as const;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [side, run] of sides) {
      const start = process.hrtime.bigint();
      run();
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      if (round > 0) rates[side].push(texts.length / seconds);
    }
  }
  const length = bytes.reduce((sum, line) => sum + line.length, 0);
  const ours = median(rates.ours);
  return figure(
    {
      name,
      unit: "lines/s",
      ours,
      reference: median(rates.reference),
      n: texts.length * ROUNDS,
      beside: { "µs each": 1e6 / ours, "MiB/s": (length / MIB / texts.length) * ours },
    },
    { atLeast: 0.35 },
  );
}

/** How much more memory `runtrail verify` has at most behind the first tenth of a long bundle than it had there. */
async function memoryFigure(): Promise<Figure> {
  const events = Math.ceil(LONG_BYTES / LINE_BYTES);
  const key = formatVerifierKey(SIGNER.key);
  const verifying = spawn(process.execPath, [CLI, "verify", "-", "--key", key], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = once(verifying, "exit");
  const pid = verifying.pid ?? 0;
  let bytes = 0;
  let atTenth: Memory | undefined;
  for (const chunk of chunked(wholeBundle(events, RUNS))) {
    if (!verifying.stdin.write(chunk)) await once(verifying.stdin, "drain");
    bytes += chunk.length;
    if (atTenth || bytes < LONG_BYTES / 10) continue;
    atTenth = await memory(pid);
    await forgetPeak(pid);
  }
  const { peakBytes } = await memory(pid);
  verifying.stdin.end();
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`verify ended with ${code}`);
  const baseBytes = atTenth?.bytes ?? NaN;
  return figure(
    {
      name: "verify a bundle that is made as it is read: memory, of its length",
      unit: "MiB",
      ours: (peakBytes - baseBytes) / MIB,
      reference: bytes / MIB,
      n: events,
      beside: { "MiB at a tenth": baseBytes / MIB, "MiB at most": peakBytes / MIB },
    },
    { atMost: 0.1 },
  );
}

/** Verifying bundles, beside `JSON.parse` and native SHA-256 of the same lines. */
export async function verifyFigures(): Promise<Figure[]> {
  const reference = "of JSON.parse + SHA-256 of its lines";
  return [
    await memoryFigure(),
    speed(
      `verify the bundle of a log of ${EVENTS} events, ${reference}`,
      wholeBundle(EVENTS, RUNS),
    ),
    speed(
      `verify the bundle of a run of ${EVENTS} events with proofs, ${reference}`,
      provenBundle(EVENTS),
    ),
  ];
}
