import type { SubscriptionState } from "../wire/subscription.js";
import { addressOf, memberAddressOf, type ConnectionOptions } from "./connection.js";
import { fetchJson } from "./fetch-json.js";
import { request } from "./request.js";

interface Options {
  signal?: AbortSignal | undefined;
}

/** All durable subscriptions, by name, and how many there may be. */
export interface SubscriptionList {
  subscriptions: SubscriptionState[];
  limit: number;
}

/** @throws UnavailableError, ProtocolError */
export async function fetchSubscriptions(
  connection: ConnectionOptions,
  options: Options = {},
): Promise<SubscriptionList> {
  const address = addressOf(connection, "", "subscriptions");
  return (await fetchJson(connection, address, options)) as SubscriptionList;
}

/**
 * How far a durable subscription has been read.
 *
 * @throws RequestRefusedError `not-found`, `bad-parameter` for a name that none can have
 * @throws UnavailableError, ProtocolError
 */
export async function fetchSubscription(
  connection: ConnectionOptions,
  name: string,
  options: Options = {},
): Promise<SubscriptionState> {
  const address = memberAddressOf(connection, "subscriptions", name);
  return (await fetchJson(connection, address, options)) as SubscriptionState;
}

/**
 * Forgets the position of a durable subscription; its reader is told.
 *
 * @throws RequestRefusedError `not-found`, `bad-parameter` for a name that none can have
 * @throws UnavailableError when it is not known whether it was done
 */
export async function deleteSubscription(
  connection: ConnectionOptions,
  name: string,
  { signal = new AbortController().signal }: Options = {},
): Promise<void> {
  const address = memberAddressOf(connection, "subscriptions", name);
  await request(connection, address, { method: "DELETE", headers: {}, signal });
}
