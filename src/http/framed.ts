import type { LogRecord } from "../log/record.js";

/**
 * Puts text around the stored bytes of each record, which go out as they are: parsing them and writing
 * them again could only do harm.
 *
 * @param head ASCII only
 * @param tail ASCII only
 * @param end what stands behind the last of them; ASCII only
 */
export function framed(
  records: readonly LogRecord[],
  head: (record: LogRecord, place: number) => string,
  tail: string,
  end = "",
): Buffer {
  const heads = records.map(head);
  const length = records.reduce(
    (sum, { bytes }, i) => sum + (heads[i]?.length ?? 0) + bytes.length + tail.length,
    end.length,
  );
  const buffer = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const [i, { bytes }] of records.entries()) {
    at += buffer.write(heads[i] ?? "", at, "latin1");
    buffer.set(bytes, at);
    at += bytes.length;
    at += buffer.write(tail, at, "latin1");
  }
  buffer.write(end, at, "latin1");
  return buffer;
}
