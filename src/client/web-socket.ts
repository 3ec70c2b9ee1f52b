/**
 * What is needed of a WebSocket, as browsers have it (WHATWG WebSockets, section 3) and the package `ws`.
 */
export interface WebSocketLike {
  /** The subprotocol that the server has chosen. */
  readonly protocol: string;
  send(text: string): void;
  close(code?: number): void;
  /** Ends the connection without a word, where that is possible: a peer that is gone answers none. */
  terminate?(): void;
  addEventListener(type: "open" | "error", listener: (event: unknown) => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: SocketClose) => void): void;
}

/** How a WebSocket ended (RFC 6455, section 7.4). */
export interface SocketClose {
  code: number;
  reason: string;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;
