import type { FastifyInstance, FastifyReply } from "fastify";
import { base64 } from "@scure/base";
import { problem, ProblemError } from "../../wire/problem.js";
import { readCheckpoints } from "../../sealer/checkpoint-history.js";
import { receiptEntry } from "../../sealer/receipts.js";
import { badParameter, Parameters } from "../parameters.js";
import { scopeOf, scopeUrls } from "../scope-path.js";
import type { Serving } from "../serving.js";
import { sendBundle } from "./bundle.js";
import { described } from "../openapi/operation.js";
import {
  bundleOperation,
  checkpointOperation,
  checkpointsOperation,
  consistencyOperation,
  inclusionOperation,
  keysOperation,
  receiptOperation,
} from "./audit-operations.js";

const MAX_CHECKPOINTS = 1000;
const DEFAULT_CHECKPOINTS = 100;
const NOTE_TYPE = "text/plain; charset=utf-8";

/**
 * What an auditor needs: `/v1/checkpoint`, `/v1/checkpoints`, `/v1/keys`, `/v1/proofs/inclusion`,
 * `/v1/proofs/consistency`, `/v1/<scope>/receipt`, and bundles of a scope or of everything.
 */
export function auditRoutes(app: FastifyInstance, serving: Serving): void {
  const { sealer, tenant } = serving.gateway;

  app.get("/v1/checkpoint", described(checkpointOperation), (_request, reply) => {
    const { note } = sealer.state;
    if (note === null) throw notSealed("Nothing is sealed yet.");
    return sendNote(reply, note);
  });

  app.get("/v1/checkpoints", described(checkpointsOperation), async (request, reply) => {
    const parameters = new Parameters(request);
    const from = parameters.integer("from", 0, Number.MAX_SAFE_INTEGER) ?? 0;
    const limit = parameters.integer("limit", 1, MAX_CHECKPOINTS) ?? DEFAULT_CHECKPOINTS;
    const found = await readCheckpoints(sealer.store, from, limit + 1);
    const checkpoints = found.slice(0, limit);
    const next = found[limit]?.size;
    return fresh(reply).send({ checkpoints, ...(next === undefined ? {} : { next }) });
  });

  app.get("/v1/keys", described(keysOperation), (_request, reply) => {
    const { keys } = sealer.state;
    return fresh(reply).send({
      keys: keys.map(({ verifierKey, fromSize }, i) => ({
        verifierKey,
        fromSize,
        toSize: keys[i + 1]?.fromSize ?? null,
      })),
    });
  });

  app.get("/v1/proofs/inclusion", described(inclusionOperation), async (request, reply) => {
    const parameters = new Parameters(request);
    const wanted = parameters.integer("size", 1, Number.MAX_SAFE_INTEGER);
    const sequence = parameters.integer("sequence", 1, Number.MAX_SAFE_INTEGER);
    if (sequence === undefined) throw badParameter("sequence", "says which event to prove");
    const size = sizeOf("size", wanted);
    demandAtMost("sequence", sequence, size);
    const index = sequence - 1;
    const leaf = await sealer.tiles.readLeaf(sequence);
    const proof = (await sealer.proofs.inclusion(index, size)).map(base64.encode);
    return reply.send({ sequence, size, leaf, proof });
  });

  app.get("/v1/proofs/consistency", described(consistencyOperation), async (request, reply) => {
    const parameters = new Parameters(request);
    const wanted = parameters.integer("to", 1, Number.MAX_SAFE_INTEGER);
    const from = parameters.integer("from", 1, Number.MAX_SAFE_INTEGER);
    if (from === undefined) throw badParameter("from", "says the size of the earlier checkpoint");
    const to = sizeOf("to", wanted);
    demandAtMost("from", from, to);
    const proof = (await sealer.proofs.consistency(from, to)).map(base64.encode);
    return reply.send({ from, to, proof });
  });

  for (const url of scopeUrls("receipt")) {
    app.get(url, described(receiptOperation), async (request, reply) => {
      const scope = scopeOf(request)?.path ?? "";
      const entry = await sealer.store.read(receiptEntry({ tenant, scope }, "").name);
      if (!entry) {
        const detail = `There is no receipt of ${scope}: a scope gets one when it has ended.`;
        throw new ProblemError(problem("not-found", detail));
      }
      return sendNote(reply, entry.text);
    });
  }

  for (const url of ["/v1/bundle", ...scopeUrls("bundle")]) {
    app.get(url, described(bundleOperation), (request, reply) =>
      sendBundle(serving, request, reply),
    );
  }

  /** The size of a tree: at most what is sealed, by default all of that. */
  function sizeOf(name: string, wanted: number | undefined): number {
    const { size } = sealer.state;
    if (size === 0) throw notSealed("Nothing is sealed yet.");
    if (wanted !== undefined) demandAtMost(name, wanted, size);
    return wanted ?? size;
  }
}

function demandAtMost(name: string, value: number, most: number): void {
  if (value > most) throw badParameter(name, `must be at most ${most}`);
}

function notSealed(detail: string): ProblemError {
  return new ProblemError(problem("not-found", detail));
}

function sendNote(reply: FastifyReply, note: string): FastifyReply {
  return fresh(reply).type(NOTE_TYPE).send(note);
}

function fresh(reply: FastifyReply): FastifyReply {
  return reply.header("cache-control", "no-cache");
}
