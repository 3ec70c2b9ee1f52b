/** Work on the main thread goes on for so long at a stretch: a frame takes 16 ms. */
export const SLICE_MS = 8;

const waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

/** Not before it is wanted: where a server renders, an open port would keep it from ending. */
function openChannel(): MessageChannel {
  const opened = new MessageChannel();
  opened.port1.onmessage = () => {
    waiting.shift()?.();
  };
  return opened;
}

/**
 * Lets the page draw and answer, and goes on as soon as it has: a timer would wait for 4 ms, and for a second
 * in a tab that is not seen.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel ??= openChannel();
    channel.port2.postMessage(undefined);
  });
}
