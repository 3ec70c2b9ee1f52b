import type { Socket } from "node:net";
import type { Logger } from "pino";
import type { RawData, WebSocket } from "ws";
import { CLOSE_CODES, type HeartbeatMessage } from "../../wire/socket.js";
import { parseJson } from "../json.js";
import type { Serving } from "../serving.js";
import { endOfLifeMs, type Ticking } from "../ticker.js";
import { MessageRate } from "./message-rate.js";
import { SocketOutflow } from "./socket-outflow.js";
import { Subscriptions } from "./subscriptions.js";

/** Why a socket is over: the server closed it; or its peer did, fell silent, or broke the protocol. */
export type SocketEnd = keyof typeof CLOSE_CODES | "left" | "silent" | "broken";

/** How long a peer may take to answer a close. */
const CLOSE_TIMEOUT_MS = 2000;

/** So many pings in a row without any sign of life are enough. */
const MOST_UNANSWERED_PINGS = 2;

/** A WebSocket and the subscriptions on it. */
export class SocketSession implements Ticking {
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #serving: Serving;
  readonly #outflow: SocketOutflow;
  readonly #subscriptions: Subscriptions;
  readonly #rate = new MessageRate();
  readonly #startedAtMs = Date.now();
  readonly #endsAtMs: number;
  #pingedAtMs = this.#startedAtMs;
  #unansweredPings = 0;
  #heardAtMs = this.#startedAtMs;
  /** When the newest ping was sent that has been answered: what was sent before it has been read. */
  #readUpToMs = 0;
  #end: SocketEnd | undefined;
  #endedAtMs = 0;

  constructor(
    ws: WebSocket,
    socket: Socket,
    serving: Serving,
    naming: { log: Logger; requestId: string },
  ) {
    this.#ws = ws;
    this.#socket = socket;
    this.#serving = serving;
    this.#outflow = new SocketOutflow(ws, socket);
    this.#subscriptions = new Subscriptions(this.#outflow, serving, naming);
    this.#endsAtMs = endOfLifeMs(this.#startedAtMs, serving.config.http.maxStreamAgeMs);

    ws.on("message", (data, isBinary) => {
      if (this.#admits()) this.#take(data, isBinary);
    });
    // Pings are answered, so they count like messages.
    ws.on("ping", () => this.#admits());
    ws.on("pong", (data) => {
      if (!this.#admits()) return;
      const pingedAtMs = Number(data.toString("latin1"));
      if (pingedAtMs <= this.#pingedAtMs) this.#readUpToMs = Math.max(this.#readUpToMs, pingedAtMs);
    });
    ws.on("error", (error) => {
      this.#finish(isTooBig(error) ? "tooBig" : "broken");
    });
    ws.on("close", () => {
      this.#finish("left");
    });
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  get waitingBytes(): number {
    return this.#outflow.waitingBytes;
  }

  /** What the log line at its end says. */
  get summary() {
    return {
      end: this.#end,
      ...this.#subscriptions.totals,
      bytes: this.#outflow.bytes,
      ms: Date.now() - this.#startedAtMs,
    };
  }

  /** Ends everything on it, and tells the client why. */
  close(reason: keyof typeof CLOSE_CODES): void {
    if (!this.#finish(reason)) return;
    this.#ws.close(CLOSE_CODES[reason], REASONS[reason]);
    // The close is answered behind whatever the client has said before.
    this.#ws.resume();
  }

  /** Breaks the connection off, which also frees what the kernel holds for the peer. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  tick(nowMs: number): void {
    const { heartbeatMs, stalledAfterMs } = this.#serving.config.http;
    const { blockedSinceMs } = this.#outflow;
    // A peer that begins to close may never finish.
    if (this.#ws.readyState !== this.#ws.OPEN) this.#finish("left");
    if (this.#end !== undefined) {
      if (nowMs - this.#endedAtMs >= CLOSE_TIMEOUT_MS) this.reset();
    } else if (nowMs >= this.#endsAtMs) {
      this.close("maxAge");
    } else if (blockedSinceMs !== undefined) {
      // A ping would only wait behind what the peer has not taken.
      this.#hear(nowMs);
      if (nowMs - blockedSinceMs >= stalledAfterMs) this.close("tooSlow");
    } else if (nowMs - this.#pingedAtMs >= heartbeatMs - this.#serving.ticker.periodMs) {
      this.#ping(nowMs);
    }
  }

  #ping(nowMs: number): void {
    // What the kernels hold for a slow peer comes before the pings. That it answers one which was sent earlier
    // says nothing about that.
    const { stalledAfterMs } = this.#serving.config.http;
    const patienceMs = this.#outflow.takenAtMs >= this.#readUpToMs ? stalledAfterMs : 0;
    const isSilent =
      this.#unansweredPings >= MOST_UNANSWERED_PINGS && nowMs - this.#heardAtMs >= patienceMs;
    if (isSilent) {
      this.#finish("silent");
      this.reset();
      return;
    }
    this.#pingedAtMs = nowMs;
    this.#unansweredPings++;
    this.#ws.ping(String(nowMs));
    // A page cannot see pings.
    const heartbeat: HeartbeatMessage = { op: "heartbeat", at: new Date(nowMs).toISOString() };
    this.#outflow.beat(JSON.stringify(heartbeat));
  }

  #hear(nowMs: number): void {
    this.#heardAtMs = nowMs;
    this.#unansweredPings = 0;
  }

  /** Whether what the peer sends is to be looked at. */
  #admits(): boolean {
    this.#hear(Date.now());
    if (this.#end !== undefined) return false;
    if (this.#rate.take()) return true;
    this.close("tooMany");
    return false;
  }

  #take(data: RawData, isBinary: boolean): void {
    if (isBinary) {
      this.close("notText");
      return;
    }
    const parsed = parseJson(data as Buffer);
    if (!parsed.ok) {
      this.close("malformed");
      return;
    }
    this.#subscriptions.take(parsed.value);
    this.#listenNoFasterThanHeard();
  }

  /** Every message may have an answer, and those that the client does not take must not pile up. */
  #listenNoFasterThanHeard(): void {
    if (!this.#outflow.isFull || this.#ws.isPaused) return;
    this.#ws.pause();
    void this.#outflow.room().then(() => {
      this.#ws.resume();
    });
  }

  /** Frees everything that is held for it; false when that has been done before. */
  #finish(end: SocketEnd): boolean {
    if (this.#end !== undefined) return false;
    this.#end = end;
    this.#endedAtMs = Date.now();
    this.#subscriptions.end();
    this.#outflow.end();
    this.#serving.sockets.closing(this);
    return true;
  }
}

/** For people; programs go by the code. */
const REASONS: Record<keyof typeof CLOSE_CODES, string> = {
  restarting: "the server shuts down: connect again and resume",
  notText: "messages are text",
  tooBig: "a message may have 64 KiB",
  malformed: "messages are JSON",
  unauthorized: "authentication is needed",
  tooSlow: "nothing was taken for too long: connect again and resume",
  maxAge: "this socket has lived long enough: connect again and resume",
  tooMany: "too many sockets, or too many messages in a short time",
};

function isTooBig(error: Error): boolean {
  return "code" in error && error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
}
