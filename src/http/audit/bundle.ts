import type { FastifyReply, FastifyRequest } from "fastify";
import { BUNDLE_TYPE } from "../../audit/bundle-line.js";
import { readTimelineHeads } from "../../log/read.js";
import { bundleLines } from "../../sealer/bundle.js";
import { problem, ProblemError } from "../../wire/problem.js";
import { badParameter, Parameters } from "../parameters.js";
import { unavailable } from "../problem-reply.js";
import { deadlineOf } from "../read/deadline.js";
import { scopeOf } from "../scope-path.js";
import type { Serving } from "../serving.js";
import { streamBody } from "../streamed-body.js";

/** How long a bundle waits until all that there is is sealed. */
const SEAL_TIMEOUT_MS = 10_000;
const PART_LENGTH = 64 * 1024;

/**
 * Streams everything that is needed to verify a scope, or the whole tenant, up to its newest event at the
 * time of the request. An answer that breaks off lacks its checkpoint, so that nobody takes it for the whole.
 *
 * @throws ProblemError `not-found` without events, `bad-parameter`, `unavailable` when they are not sealed in time
 */
export async function sendBundle(
  serving: Serving,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { log, history, sealer, tenant } = serving.gateway;
  const scope = scopeOf(request)?.path ?? "";
  const known = new Parameters(request).integer("known", 1, Number.MAX_SAFE_INTEGER);
  const { newest } = await readTimelineHeads(log, tenant, scope);
  if (newest === 0) {
    throw new ProblemError(problem("not-found", `There are no events of ${scope || "anything"}.`));
  }
  const deadline = deadlineOf(reply, SEAL_TIMEOUT_MS);
  await sealer.sealed(newest, deadline).catch((error: unknown) => {
    if (!deadline.aborted) throw error;
    throw new ProblemError(unavailable("The newest events are not sealed yet."));
  });
  const { size } = sealer.state;
  if (known !== undefined && known > size) throw badParameter("known", `must be at most ${size}`);

  async function* parts(signal: AbortSignal): AsyncGenerator<string> {
    let part = "";
    for await (const line of bundleLines(history, sealer, { tenant, scope, known }, signal)) {
      part += `${line}\n`;
      if (part.length < PART_LENGTH) continue;
      yield part;
      part = "";
    }
    yield part;
  }
  return streamBody(serving, request, reply, {
    what: "a bundle",
    headers: { "content-type": BUNDLE_TYPE },
    parts,
  });
}
