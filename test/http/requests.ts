import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { DraftResult } from "../../src/http/append/result.js";
import type { Problem } from "../../src/wire/problem.js";

/** A draft of a free type. */
export function draft(n: number, more: Record<string, unknown> = {}) {
  return { type: "deploy.step", payload: { n }, ...more };
}

let runs = 0;

/** A run that no other test uses. */
export function newRun(): string {
  return `runs/r-${process.pid}-${++runs}`;
}

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** Sends a body as it is, or a value as JSON, and reads the JSON that comes back. */
export async function post<Body = unknown>(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: isRaw ? (body as string) : JSON.stringify(body),
  });
  return answerOf<Body>(response);
}

export async function getJson<Body = unknown>(
  url: string,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  return answerOf<Body>(await fetch(url, { headers }));
}

export async function answerOf<Body>(response: Response): Promise<Answer<Body>> {
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Body };
}

/** Appends drafts and expects that all are stored. */
export async function append(url: string, path: string, drafts: readonly object[]) {
  const { body } = await post<DraftResult[]>(`${url}/v1/${path}/events`, drafts);
  return body.map((result) => {
    if ("problem" in result) throw new Error(result.problem.detail);
    return result;
  });
}

/** Sends lines and reads the results, one for each. */
export async function postLines(
  url: string,
  text: string | Uint8Array,
): Promise<(DraftResult & { line?: number; problem?: Problem })[]> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: text as string,
  });
  const lines = (await response.text()).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as DraftResult);
}

/** A bare connection to a server. */
export async function connectTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** All that the server says until it closes. */
export async function readSocket(socket: Socket): Promise<string> {
  let text = "";
  for await (const piece of socket) text += String(piece);
  return text;
}
