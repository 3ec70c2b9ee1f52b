import { defaultCatalogue } from "../dist/envelope/catalogue/validate.js";
import { parseScope, type Scope } from "../dist/envelope/scope.js";
import { readBounds } from "../dist/log/bounds.js";
import type { Log } from "../dist/log/stream.js";
import { tail } from "../dist/log/tail.js";
import { Publisher } from "../dist/publisher/publisher.js";
import { resolveConfig } from "../dist/config.js";

/** A publisher as a gateway has it, its tail of the log included. */
export async function withPublisher<T>(
  log: Log,
  run: (publisher: Publisher) => Promise<T>,
): Promise<T> {
  const { last } = await readBounds(log);
  const publisher = new Publisher(log, last, {
    ...resolveConfig({}).publisher,
    catalogue: defaultCatalogue,
    source: "bench/host-1",
    onTrouble: (cause) => {
      throw cause;
    },
  });
  const stop = new AbortController();
  const onForeign = (error: Error) => {
    throw error;
  };
  const pumped = (async () => {
    for await (const records of tail(log, {
      durable: "bench",
      after: last,
      signal: stop.signal,
      onForeign,
    })) {
      for (const record of records) publisher.observe(record);
    }
  })();
  try {
    return await run(publisher);
  } finally {
    await publisher.close();
    stop.abort();
    await pumped;
  }
}

/** A draft whose envelope is 600 bytes. */
export const DRAFT = {
  type: "job.progress",
  payload: { percentage: 50, message: "x".repeat(210) },
};

/** What the publisher makes of it, before it has a place in a chain. */
export const UNSEALED = {
  v: 1,
  id: "01958f2e-7a1b-7c3d-8e4f-5a6b7c8d9e0f",
  ...DRAFT,
  origin: "runtrail.example/bench",
  tenant: "default",
  scope: "runs/ours-1-100",
  correlationId: "ours-1-100",
  occurredAt: "2026-03-01T09:30:00.000Z",
  source: "bench/host-1",
} as const;

export function scopes(prefix: string, count: number): Scope[] {
  return Array.from({ length: count }, (_, n) => {
    const scope = parseScope(`runs/${prefix}-${n}`);
    if (!scope) throw new Error("it is a scope");
    return scope;
  });
}
