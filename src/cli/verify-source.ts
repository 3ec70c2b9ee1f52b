import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { CommandFailure, EXIT, rootCauseOf } from "./failure.js";

/** Bytes to verify, and what they are. */
export interface Source {
  /** What it is called in messages. */
  name: string;
  format: "bundle" | "export";
  chunks: AsyncIterable<Uint8Array>;
  /** Undefined for what has no known end. */
  byteLength: number | undefined;
}

const CHUNK_BYTES = 1024 * 1024;
/** As long as the longest of the words by which formats are known. */
const HEAD_BYTES = 16;
const GZIP = "\u001f\u008b";

/**
 * Opens a file, or stdin (`-`), and looks at how it starts.
 *
 * @throws CommandFailure when it cannot be read, or is neither a bundle nor an export
 */
export async function openSource(file: string): Promise<Source> {
  const isStdin = file === "-";
  const name = isStdin ? "standard input" : file;
  const { size } = isStdin ? { size: undefined } : await sizeOf(file);
  const stream = isStdin ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const chunks = readable(name, stream as AsyncIterable<Buffer>);
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let head = "";
  while (head.length < HEAD_BYTES) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    first.push(value);
    head += Buffer.from(value.subarray(0, HEAD_BYTES)).toString("latin1");
  }
  return {
    name,
    format: formatOf(name, head),
    chunks: followed(first, iterator),
    byteLength: size,
  };
}

function formatOf(name: string, head: string): Source["format"] {
  const refuse = (reason: string) => new CommandFailure(`${name} ${reason}`, EXIT.usage);
  if (head === "") throw refuse("is empty");
  if (head.startsWith(GZIP)) throw refuse("is compressed: gunzip it first");
  // A bundle starts with its header; where that was taken away, it still is one.
  if (/^\{"(kind|event)":/.test(head)) return "bundle";
  if (head.startsWith('{"sequence":')) return "export";
  throw refuse("is neither a bundle nor an NDJSON export of events");
}

async function sizeOf(file: string): Promise<{ size: number }> {
  try {
    return await stat(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function* readable(
  name: string,
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* stream;
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

function unreadable(name: string, cause: unknown): CommandFailure {
  return new CommandFailure(
    `${name} cannot be read (${rootCauseOf(cause) ?? "unknown"})`,
    EXIT.usage,
    { cause },
  );
}

async function* followed(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  yield* first;
  yield* { [Symbol.asyncIterator]: () => rest };
}
