import { subjectOf } from "../../src/envelope/scope.js";
import type { LogRecord } from "../../src/log/record.js";
import type { Placed } from "../projections/logs.js";

/** An event as it is read from the log. */
export function recordOf({ sequence, event }: Placed): LogRecord {
  const { tenant, scope, id, index, type, correlationId, hash } = event;
  return {
    sequence,
    recordedAtMs: Date.parse(event.occurredAt) + 5,
    recordedAtNanos: sequence,
    subject: subjectOf(tenant, scope),
    tenant,
    scope,
    bytes: Buffer.from(JSON.stringify(event)),
    id,
    index,
    type,
    correlationId,
    hash,
  };
}
