import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from "react";

/** Nearer to the end than this is at the end. */
const NEAR_PX = 12;

export interface Follow {
  isOn: boolean;
  set: (isOn: boolean) => void;
  /** To be told of every scroll. */
  onScroll: () => void;
  /** Rows that have come since it was switched off. */
  newCount: number;
}

/**
 * Keeps the end of a list in view while it grows, until the reader scrolls up; and again when they are back at
 * the end.
 *
 * @param isGrowing whether more will come, which is what it is on for at first
 * @param isPast whether it is shown as it was: to begin with that and to leave it is to begin anew
 * @param isComplete whether what was there before has come: until then nothing is new
 */
export function useFollow(
  element: RefObject<HTMLElement | null>,
  count: number,
  isGrowing: boolean | undefined,
  isComplete: boolean,
  isPast: boolean,
): Follow {
  const [chosen, choose] = useState<boolean>();
  const [first, setFirst] = useState<boolean>();
  // What it was when it was first known: a run that ends meanwhile is followed to its end.
  if (first === undefined && isGrowing !== undefined) setFirst(isGrowing);
  const [wasPast, setWasPast] = useState(isPast);
  if (wasPast !== isPast) {
    setWasPast(isPast);
    choose(undefined);
    setFirst(isGrowing);
  }
  const isOn = chosen ?? first ?? false;
  const seen = useRef(count);
  const lastTop = useRef(0);
  const wasComplete = useRef(false);
  // What comes together with the news that it is complete had been there before, too.
  if (isOn || !wasComplete.current) seen.current = count;
  wasComplete.current = isComplete;

  useLayoutEffect(() => {
    const list = element.current;
    if (!isOn || !list) return;
    list.scrollTop = list.scrollHeight;
    lastTop.current = list.scrollTop;
  }, [element, isOn, count]);

  const onScroll = useCallback(() => {
    const list = element.current;
    if (!list) return;
    const top = list.scrollTop;
    const isAtEnd = list.scrollHeight - top - list.clientHeight < NEAR_PX;
    // The list grows without a scroll; only a reader goes up.
    if (top < lastTop.current - 1 && !isAtEnd) choose(false);
    else if (isAtEnd && top > lastTop.current) choose(true);
    lastTop.current = top;
  }, [element]);

  return { isOn, set: choose, onScroll, newCount: Math.max(0, count - seen.current) };
}
