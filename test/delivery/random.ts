/** Random numbers that a seed repeats. */
export interface Random {
  /** A whole number from 1 to `most`. */
  upTo: (most: number) => number;
  among: <T>(items: readonly T[]) => T;
}

/** Mulberry32: 32 bits of state, which is plenty to be unpredictable to a server. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    upTo: (most) => 1 + Math.floor(next() * most),
    among: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
  };
}
