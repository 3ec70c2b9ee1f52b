import { DRAFT } from "./publisher.js";

/** How many events one request body holds. */
const PIECE = 500;

/** Where an event is, as the answer to its draft says. */
export interface Place {
  sequence: number;
  cursor: string;
}

/**
 * Appends as fast as the gateway takes it, through one NDJSON request.
 *
 * @param message what the n-th event says; by default all are alike
 */
export function appendAll(
  url: string,
  count: number,
  scope: (n: number) => string,
  message: (n: number) => string = () => DRAFT.payload.message,
): Promise<Place[]> {
  return appendDrafts(url, count, (n) => ({
    ...DRAFT,
    scope: scope(n),
    payload: { ...DRAFT.payload, message: message(n) },
  }));
}

/** The same, of any drafts; each names its scope. */
export async function appendDrafts(
  url: string,
  count: number,
  draft: (n: number) => object,
): Promise<Place[]> {
  async function* drafts() {
    for (let n = 0; n < count; n += PIECE) {
      await Promise.resolve();
      const piece = Array.from({ length: Math.min(PIECE, count - n) }, (_, i) => draft(n + i));
      yield piece.map((one) => `${JSON.stringify(one)}\n`).join("");
    }
  }
  const response = await fetch(`${url}/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: ReadableStream.from(drafts()).pipeThrough(new TextEncoderStream()),
    duplex: "half",
  });
  const lines = (await response.text()).trimEnd().split("\n");
  const results = lines.map((line) => JSON.parse(line) as Place & { outcome: string });
  const refused = results.find(({ outcome }) => outcome !== "appended");
  if (refused || results.length !== count) throw new Error(JSON.stringify(refused ?? lines.length));
  return results;
}

/** A message as long as those of other events, which begins or ends with some words. */
export function padded(words: string, at: "start" | "end"): string {
  const { length } = DRAFT.payload.message;
  return at === "start" ? words.padEnd(length, "x") : words.padStart(length, "x");
}
