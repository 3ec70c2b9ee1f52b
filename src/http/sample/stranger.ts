import type { IncomingHttpHeaders } from "node:http";
import { problem, type Problem } from "../../wire/problem.js";
import { isLoopbackOrigin } from "../headers.js";

/** What a proxy adds: behind it is somebody else than before this machine. */
const OF_PROXIES = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/**
 * Why a request may not start anything on this machine; undefined where it comes from a page of this very server,
 * or from a program on this machine.
 *
 * Any page in a browser here can send a request to loopback without being able to read the answer: `Origin` and
 * `Sec-Fetch-Site`, which no page can set, give it away. And a page whose name has been made to point to
 * loopback is of this origin to the browser, but under that name: `Host` has it.
 */
export function strangerOf(headers: IncomingHttpHeaders): Problem | undefined {
  const { host = "", origin, "sec-fetch-site": site = "none" } = headers;
  const own = `http://${host}`;
  if (!isLoopbackOrigin(own)) {
    return refused("host", "Only who asks for it as localhost or 127.0.0.1 may use this.");
  }
  if (origin !== undefined && origin !== own) {
    return refused("origin", "Only pages of this server itself may use this.");
  }
  if (site !== "none" && site !== "same-origin") {
    return refused("sec-fetch-site", "Only pages of this server itself may use this.");
  }
  const proxy = OF_PROXIES.find((name) => headers[name] !== undefined);
  return proxy === undefined ? undefined : refused(proxy, "Nobody behind a proxy may use this.");
}

function refused(header: string, detail: string): Problem {
  return problem("forbidden-origin", detail, { pointer: `/headers/${header}` });
}
