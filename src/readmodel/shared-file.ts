/**
 * A read model's file, which several threads have open. SQLite puts two files beside it, finds them by their names,
 * and takes whoever opens them first to be the first user: it empties the index that all others have mapped into
 * their memory, and their next look ends the process. Within one database it knows its other connections; so a
 * thread that still opens the one before must never find the files of the next.
 */
export interface SharedFile {
  path: string;
  /** 1 while a thread opens the database or puts another one in its place. */
  lock: Int32Array<SharedArrayBuffer>;
}

/** So long whoever is at it is waited for. It takes milliseconds, unless the disk does not answer. */
const PATIENCE_MS = 5000;

/** To be handed to all threads that open the file. */
export function sharedFile(path: string): SharedFile {
  return { path, lock: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) };
}

/**
 * Does something while no other thread opens or replaces the database; blocks until then.
 *
 * @throws Error when another thread has been at it for 5 s
 */
export function alone<Result>({ path, lock }: SharedFile, run: () => Result): Result {
  const end = performance.now() + PATIENCE_MS;
  while (Atomics.compareExchange(lock, 0, 0, 1) !== 0) {
    const leftMs = end - performance.now();
    if (leftMs <= 0) throw new Error(`${path} is being opened by another thread, which hangs`);
    Atomics.wait(lock, 0, 1, leftMs);
  }
  try {
    return run();
  } finally {
    Atomics.store(lock, 0, 0);
    Atomics.notify(lock, 0);
  }
}
