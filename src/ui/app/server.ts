import type { ConnectionOptions } from "../../client/connection.js";

/** The server that has sent this page. */
export const server: ConnectionOptions = { url: window.location.origin };
