import { STATUSES } from "../../projections/status.js";
import type { RunsRequest } from "../../readmodel/run-list.js";
import { badParameter, type Parameters } from "../parameters.js";
import { limitOf } from "../read/page-request.js";
import { sequenceOf } from "./read-model.js";

/** More would match nothing that is shorter. */
const MAX_TEXT = 512;

/** @throws ProblemError `bad-parameter`, `bad-cursor` */
export function runsRequestOf(parameters: Parameters, epoch: string): RunsRequest {
  const after = parameters.cursor("after");
  const { sinceMs, untilMs } = parameters.timeRange();
  return {
    status: parameters
      .text("status")
      ?.split(",")
      .map((text) => {
        const status = STATUSES.find((known) => known === text);
        if (status) return status;
        throw badParameter("status", `must be some of ${STATUSES.join(", ")}, separated by commas`);
      }),
    workflowId: parameters.words("workflowId", MAX_TEXT),
    since: storedForm(sinceMs),
    until: storedForm(untilMs),
    q: parameters.words("q", MAX_TEXT),
    before: after && sequenceOf(after, "after", epoch),
    limit: limitOf(parameters),
  };
}

/** In the form in which times are stored, in which they can be compared as texts. */
function storedForm(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
