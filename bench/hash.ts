import { createHash, hash } from "node:crypto";
import { canonicalHash } from "../dist/envelope/hash.js";
import { parseEnvelope } from "../dist/envelope/parse.js";
import { peekEnvelope } from "../dist/log/peek.js";
import { prepareSeal, type ChainHead, EMPTY_CHAIN } from "../dist/envelope/seal.js";
import { envelopeBytes } from "./append.js";
import { figure, median, type Figure } from "./figure.js";
import { UNSEALED } from "./publisher.js";

const COUNT = 100_000;
const ROUNDS = 5;

/** Events a second of each side, in turns; the first turn is not counted. */
function perSecond(ours: () => void, reference: () => void): { ours: number; reference: number } {
  const rates = { ours: [] as number[], reference: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, run] of [["reference", reference] as const, ["ours", ours] as const]) {
      const start = process.hrtime.bigint();
      run();
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      if (round > 0) rates[name].push(COUNT / seconds);
    }
  }
  return { ours: median(rates.ours), reference: median(rates.reference) };
}

function times(step: (n: number) => unknown): () => void {
  return () => {
    for (let n = 0; n < COUNT; n++) step(n);
  };
}

/** What hashing costs: beside `JSON` and native SHA-256 of the same bytes. Nothing here is a promise but the figures of verify. */
export function hashFigures(): Figure[] {
  const bytes = envelopeBytes();
  const text = new TextDecoder().decode(bytes);
  const envelope = JSON.parse(text) as Record<string, unknown>;
  const plain = (value: unknown) =>
    createHash("sha256").update(JSON.stringify(value)).digest("hex");

  let head: ChainHead = EMPTY_CHAIN;
  const seal = () => {
    head = prepareSeal(UNSEALED).seal(head);
  };
  const row = (name: string, rates: { ours: number; reference: number }) =>
    figure({
      name,
      unit: "events/s",
      ...rates,
      n: COUNT * ROUNDS,
      beside: { "µs each": 1e6 / rates.ours },
    });
  return [
    row(
      "hash: canonicalHash, of JSON.stringify + SHA-256",
      perSecond(
        times(() => canonicalHash(envelope)),
        times(() => plain(envelope)),
      ),
    ),
    row(
      "seal: canonical text, hash and chain, of JSON.stringify + SHA-256",
      perSecond(
        times(seal),
        times(() => plain(envelope)),
      ),
    ),
    row(
      "read strictly: parseEnvelope, of JSON.parse + SHA-256",
      perSecond(
        times(() => parseEnvelope(bytes)),
        times(() => [JSON.parse(text) as unknown, hash("sha256", bytes, "hex")]),
      ),
    ),
    row(
      "peekEnvelope, of JSON.parse",
      perSecond(
        times(() => peekEnvelope(bytes)),
        times(() => JSON.parse(text) as unknown),
      ),
    ),
  ];
}
