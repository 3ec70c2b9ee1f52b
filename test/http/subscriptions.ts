import type { Problem } from "../../src/wire/problem.js";
import type { SubscriptionState } from "../../src/wire/subscription.js";
import { getJson, post, type Answer } from "./requests.js";
import { isControl, openStream, readUntil, type Block, type SseReader } from "./sse-reader.js";

let names = 0;

/** A subscription that no other test uses. */
export function newName(): string {
  return `auditor-${process.pid}-${++names}`;
}

/** Opens the stream of a durable subscription. */
export function openDurable(
  url: string,
  path: string,
  name: string,
  more = "",
  headers: Record<string, string> = {},
): Promise<SseReader> {
  return openStream(`${url}/v1/${path}/stream?durable=${name}${more}`, headers);
}

/** Everything up to being caught up. */
export function history(reader: SseReader): Promise<Block[]> {
  return readUntil(reader.blocks, isControl("caught-up"));
}

export function ack(
  url: string,
  name: string,
  cursor: unknown,
): Promise<Answer<SubscriptionState & Problem>> {
  return post(`${url}/v1/subscriptions/${name}/ack`, { cursor });
}

export async function stateOf(url: string, name: string): Promise<SubscriptionState> {
  return (await getJson<SubscriptionState>(`${url}/v1/subscriptions/${name}`)).body;
}

/** Leaves, and waits until the server knows. */
export async function leave(url: string, name: string, reader: SseReader): Promise<void> {
  reader.leave();
  while ((await stateOf(url, name)).isActive) await new Promise(setImmediate);
}
