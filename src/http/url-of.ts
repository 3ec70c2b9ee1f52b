import { isIPv6, type AddressInfo } from "node:net";

/** Where a server can be reached that listens at this address, on a host as it was configured. */
export function urlOf({ address, port }: AddressInfo, host: string): string {
  // The wildcard addresses are not ones to connect to.
  const name = address === "0.0.0.0" || address === "::" ? "localhost" : host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}`;
}
