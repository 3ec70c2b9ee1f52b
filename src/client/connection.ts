/** Where the server is, and how to get in. */
export interface ConnectionOptions {
  /** The server's address, e.g. `http://127.0.0.1:4280`; a path in it is kept as a prefix. */
  url: string;
  /** Sent as a bearer token with every request. */
  token?: string;
}

/**
 * The address of a resource below a scope: `…/v1/runs/r-42/stream?after=…`. An empty scope is the whole
 * tenant. Parameters that are undefined are left out.
 */
export function addressOf(
  { url }: ConnectionOptions,
  scope: string,
  resource: "events" | "stream",
  parameters: Readonly<Record<string, string | number | undefined>> = {},
): URL {
  const base = url.endsWith("/") ? url : `${url}/`;
  const address = new URL(scope === "" ? `v1/${resource}` : `v1/${scope}/${resource}`, base);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) address.searchParams.set(name, String(value));
  }
  return address;
}

/** The headers that every request to the server carries, and those of this one. */
export function headersFor(
  { token }: ConnectionOptions,
  headers: Record<string, string>,
): Record<string, string> {
  return token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
}
