import fc from "fast-check";
import { expect, test } from "vitest";
import { subjectOf } from "../../src/envelope/scope.js";
import {
  RecordPacker,
  unpackRecords,
  type IndexedRecord,
} from "../../src/readmodel/record-batch.js";

const MEBI = 1024 * 1024;

/** Of what is in memory that is used again nothing may be held. */
const textOf = ({ bytes, ...record }: IndexedRecord) => ({
  ...record,
  text: Buffer.from(bytes).toString("latin1"),
});

function recordOf(sequence: number, scope: string, bytes: Uint8Array): IndexedRecord {
  const place = { tenant: "acme", scope, subject: subjectOf("acme", scope) };
  const recordedAt = { recordedAtMs: 1_800_000_000_000 + sequence, recordedAtNanos: sequence };
  return { sequence, ...recordedAt, ...place, bytes };
}

test("what is unpacked is what was packed, whatever batches it was in and whatever memory was used again", () => {
  const scope = fc.constantFrom("runs/a", "runs/a/jobs/x", "pack-runs/b");
  const bytes = fc.uint8Array({ maxLength: 300 });
  const event = fc.record({ scope, bytes, isLast: fc.boolean(), isRecycled: fc.boolean() });
  fc.assert(
    fc.property(fc.array(event), fc.boolean(), (events, isLarge) => {
      const packer = new RecordPacker();
      const records = events.map(({ scope, bytes }, i) => recordOf(i + 1, scope, bytes));
      if (isLarge) records.unshift(recordOf(0, "runs/a", new Uint8Array(70_000).fill(7)));
      const unpacked: unknown[] = [];
      for (const [i, record] of records.entries()) {
        packer.add(record);
        if (events[i]?.isLast === false) continue;
        const batch = packer.take();
        unpacked.push(...Array.from(unpackRecords(batch), textOf));
        if (events[i]?.isRecycled === true) packer.recycle(batch.bytes);
      }
      unpacked.push(...Array.from(unpackRecords(packer.take()), textOf));
      expect(unpacked).toEqual(records.map(textOf));
    }),
  );
});

test("a batch is full when it has many events, or many bytes, also when one event is larger than that", () => {
  const full = (bytes: Uint8Array) => {
    const packer = new RecordPacker();
    let count = 0;
    while (!packer.isFull) packer.add(recordOf(++count, "runs/a", bytes));
    expect([...unpackRecords(packer.take())]).toHaveLength(count);
    expect(packer.isEmpty).toBe(true);
    return count;
  };
  expect(full(new Uint8Array(10))).toBe(20_000);
  expect(full(new Uint8Array(MEBI))).toBe(8);
  expect(full(new Uint8Array(20 * MEBI))).toBe(1);
});
