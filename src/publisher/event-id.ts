import { v7 } from "uuid";

const POOL_BYTES = 16 * 256;

/**
 * Makes UUIDv7s (RFC 9562, section 5.7). Random bytes are drawn from the system for many ids at a time:
 * one call each would cost as much as sealing the event.
 */
export function eventIdGenerator(): () => string {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  const rng = () => {
    if (used === POOL_BYTES) {
      crypto.getRandomValues(pool);
      used = 0;
    }
    used += 16;
    return pool.subarray(used - 16, used);
  };
  return () => v7({ rng });
}
