import type { Socket } from "node:net";
import type { WebSocket } from "ws";

/** No more is written to a socket, and nothing more read from the log for it, while this much waits. */
const MOST_WAITING_BYTES = 256 * 1024;

/** What is handed to the socket at once, so that a slow reader of a large event is seen to take some of it. */
const SLICE_BYTES = 64 * 1024;

/**
 * What goes out on a WebSocket: one message after the other, whoever sends them, and no faster than the peer
 * takes them. Senders are served in the order in which they come, each with one message, so that one who has
 * a hundred thousand events to send leaves room for one who has a single event now.
 */
export class SocketOutflow {
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  #previous: Promise<unknown> = Promise.resolve();
  #waitingForRoom: (() => void)[] = [];
  /** Pieces that were handed over and not yet taken, and since when nothing has been. */
  #untaken = 0;
  #untakenSinceMs = 0;
  /** The message whose piece was handed over last has more of them. */
  #isWithinMessage = false;
  #isCorked = false;
  #isEnded = false;
  #bytes = 0;

  constructor(ws: WebSocket, socket: Socket) {
    this.#ws = ws;
    this.#socket = socket;
  }

  /** What the peer has not taken yet. */
  get waitingBytes(): number {
    return this.#ws.bufferedAmount;
  }

  get isFull(): boolean {
    return this.waitingBytes >= MOST_WAITING_BYTES;
  }

  /** Since when the peer has not taken what it was given; undefined while it keeps up. */
  get blockedSinceMs(): number | undefined {
    return this.#untaken > 0 ? this.#untakenSinceMs : undefined;
  }

  /** When the kernel took something last, or was given it while nothing waited. */
  get takenAtMs(): number {
    return this.#untakenSinceMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Resolves when the message is handed to the socket, or there is nobody to send it to.
   *
   * @param make makes the pieces of its text when it is its turn; nothing, when it need not be sent any more
   */
  send(make: () => readonly Uint8Array[] | undefined): Promise<void> {
    const sent = this.#previous.then(() => this.#write(make));
    this.#previous = sent.catch(() => undefined);
    return sent;
  }

  /** Sends a sign of life, unless something else is on its way. It does not count as what the peer takes. */
  beat(text: string): void {
    if (this.#untaken > 0 || this.#isWithinMessage || this.#isEnded) return;
    this.#ws.send(text);
  }

  /** Resolves when the peer has taken enough for more to be written: true; or when nothing will be any more. */
  async room(): Promise<boolean> {
    while (this.isFull && !this.#isEnded) {
      await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve));
    }
    return !this.#isEnded;
  }

  /** Nothing is sent from here on. */
  end(): void {
    this.#isEnded = true;
    this.#letIn();
  }

  async #write(make: () => readonly Uint8Array[] | undefined): Promise<void> {
    if (!(await this.room())) return;
    const slices = make()?.flatMap(sliced) ?? [];
    for (const [i, slice] of slices.entries()) {
      if (!(await this.room())) return;
      this.#hand(slice, i === slices.length - 1);
    }
  }

  /** One fragment of a message (RFC 6455, section 5.4). Its bytes may be those of other sockets' messages too. */
  #hand(slice: Uint8Array, isLast: boolean): void {
    if (this.#untaken++ === 0) this.#untakenSinceMs = Date.now();
    this.#isWithinMessage = !isLast;
    this.#bytes += slice.length;
    this.#cork();
    this.#ws.send(slice, { binary: false, fin: isLast }, () => {
      this.#untaken--;
      this.#untakenSinceMs = Date.now();
      // In a turn of its own: a peer that takes everything at once must not keep the others waiting.
      if (!this.isFull && this.#waitingForRoom.length > 0) setImmediate(this.#letIn);
    });
  }

  /** What is written in one turn goes to the kernel in one call. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      this.#socket.uncork();
    });
  }

  readonly #letIn = (): void => {
    const waiting = this.#waitingForRoom;
    this.#waitingForRoom = [];
    for (const letIn of waiting) letIn();
  };
}

function sliced(bytes: Uint8Array): Uint8Array[] {
  const slices = [];
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    slices.push(bytes.subarray(at, at + SLICE_BYTES));
  }
  return slices;
}
