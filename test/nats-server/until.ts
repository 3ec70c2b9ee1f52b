import { setTimeout as delay } from "node:timers/promises";

/** Waits until a condition yields something (but `false`), and fails when it has not by the deadline. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | Promise<T | undefined>,
  withinMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await delay(20);
  }
}
