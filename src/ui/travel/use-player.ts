import { useEffect, useRef, useState } from "react";
import type { PastRun } from "./past-run.js";
import { playOn, SPEEDS, timeAt, type Position, type Speed } from "./player.js";
import type { Travel } from "./use-travel.js";

/** While no event passes, the time that it is there is shown so often. */
const TICK_MS = 100;
/** A tab that was not seen goes on where it was. */
const MAX_FRAME_MS = 250;

export interface Player {
  isPlaying: boolean;
  speed: Speed;
  /** From where it is; from the start where it is at the end. */
  play: () => void;
  pause: () => void;
  setSpeed: (speed: Speed) => void;
}

/** Goes on through the past at the pace at which it happened, up to the newest event. */
export function usePlayer(past: PastRun, goTo: Travel["goTo"]): Player {
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>(SPEEDS[0]);
  const latest = useRef({ goTo, speed });
  useEffect(() => {
    latest.current = { goTo, speed };
  });
  useEffect(() => {
    if (!isPlaying) return;
    let position: Position = { end: past.recordEnd, waitedMs: 0 };
    let lastAt = performance.now();
    let shownAt = lastAt;
    const onFrame = (at: number) => {
      const { goTo: go, speed: pace } = latest.current;
      const { records, recordEnd } = past;
      // It was taken elsewhere.
      if (recordEnd !== position.end) position = { end: recordEnd, waitedMs: 0 };
      const elapsedMs = Math.min(MAX_FRAME_MS, Math.max(0, at - lastAt));
      position = playOn(records, position, records.end, pace, elapsedMs);
      lastAt = at;
      if (position.end !== recordEnd || at - shownAt >= TICK_MS) {
        shownAt = at;
        go(records.sequence(position.end - 1), timeAt(records, position, pace));
      }
      if (position.end === records.end) setPlaying(false);
      else frame = requestAnimationFrame(onFrame);
    };
    let frame = requestAnimationFrame(onFrame);
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [isPlaying, past]);

  return {
    isPlaying,
    speed,
    setSpeed,
    play: () => {
      const { records, recordEnd, leastEnd } = past;
      if (recordEnd === records.end) goTo(records.sequence(leastEnd - 1));
      setPlaying(true);
    },
    pause: () => {
      setPlaying(false);
    },
  };
}
