import { randomUUID } from "node:crypto";
import { STATUS_CODES, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { problem, type Problem } from "../wire/problem.js";
import { PROBLEM_TYPE } from "./problem-reply.js";

const LINE_FEED = 0x0a;

/** What Node's HTTP parser says, of which its types know only the half. */
interface ParseError {
  code?: string;
  rawPacket?: Uint8Array;
}

/**
 * Answers what cannot be parsed as HTTP. There is no request and no response then, only a socket; and on
 * it a response may be under way, into which another one must not be written.
 */
export function answerSocketErrors(server: Server): (error: Error, socket: Socket) => void {
  const current = new WeakMap<Socket, ServerResponse>();
  server.on("request", (request, response) => current.set(request.socket, response));
  return (error, socket) => {
    const parseError = error as ParseError;
    const response = current.get(socket);
    const isAnswering = response?.headersSent === true && !response.writableFinished;
    if (parseError.code === "ECONNRESET" || !socket.writable || isAnswering) {
      socket.destroy();
      return;
    }
    const found = problemOfParse(parseError);
    const body = JSON.stringify(found);
    const head = [
      `HTTP/1.1 ${found.status} ${STATUS_CODES[found.status] ?? ""}`,
      `content-type: ${PROBLEM_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${randomUUID()}`,
      "x-content-type-options: nosniff",
      "connection: close",
    ];
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  };
}

function problemOfParse({ code, rawPacket }: ParseError): Problem {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return problem("request-timeout", "The request's headers did not arrive in time.");
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    // The parser counts request line and headers together; a packet without a line end is all URL.
    return rawPacket && !rawPacket.subarray(0, 8192).includes(LINE_FEED)
      ? problem("uri-too-long", "The URL is longer than any address here.")
      : problem("headers-too-large", "The request's headers are larger than 16 KiB in all.");
  }
  return problem("bad-request", "What was sent is not an HTTP/1.1 request.");
}
