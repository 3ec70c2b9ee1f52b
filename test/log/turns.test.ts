import { expect, test } from "vitest";
import { Turns } from "../../src/log/turns.js";

/** A turn that takes until it is told to end. */
function held(turns: Turns, begun: number[], n: number) {
  let end: () => void = () => undefined;
  const isOver = new Promise<void>((resolve) => (end = resolve));
  const taken = turns.take(() => {
    begun.push(n);
    return isOver;
  });
  return { taken, end };
}

/** Until all that can go on has gone on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("so many go at once, and the others follow in the order in which they have come", async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const all = [1, 2, 3, 4].map((n) => held(turns, begun, n));
  await turn();
  expect(begun).toEqual([1, 2]);
  all[1]?.end();
  await turn();
  expect(begun).toEqual([1, 2, 3]);
  all[0]?.end();
  await turn();
  expect(begun).toEqual([1, 2, 3, 4]);
  for (const { end } of all) end();
  await Promise.all(all.map(({ taken }) => taken));
});

test("one that fails hands its turn on, and more than may wait are refused", async () => {
  const turns = new Turns(1, { mostWaiting: 1 });
  const begun: number[] = [];
  const failing = turns.take(() => turn().then(() => Promise.reject(new Error("it fails"))));
  const next = held(turns, begun, 2);
  await expect(turns.take(() => undefined)).rejects.toThrow("1 wait already");
  await expect(failing).rejects.toThrow("it fails");
  await turn();
  expect(begun).toEqual([2]);
  next.end();
  await next.taken;
  expect(await turns.take(() => "free")).toBe("free");
});

test("while those before have a turn, one at a time goes on behind them", async () => {
  const before = new Turns(2);
  const behind = new Turns(2, { before: [before] });
  const begun: number[] = [];
  const first = held(before, begun, 1);
  const all = [2, 3, 4, 5].map((n) => held(behind, begun, n));
  await turn();
  expect(begun).toEqual([1, 2]);
  all[0]?.end();
  await turn();
  expect(begun).toEqual([1, 2, 3]);
  first.end();
  await turn();
  expect(begun).toEqual([1, 2, 3, 4]);
  all[1]?.end();
  await turn();
  expect(begun).toEqual([1, 2, 3, 4, 5]);
  for (const { end } of all) end();
  await Promise.all([first, ...all].map(({ taken }) => taken));
});
