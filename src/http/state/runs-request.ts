import { STATUSES } from "../../projections/status.js";
import type { RunsRequest } from "../../readmodel/run-list.js";
import type { Gateway } from "../gateway.js";
import { badParameter, type Parameters } from "../parameters.js";
import { limitOf } from "../read/page-request.js";
import { demandSequence } from "./read-model.js";

/** More would match nothing that is shorter. */
const MAX_TEXT = 512;

/** @throws ProblemError `bad-parameter`, `bad-cursor`, `cursor-ahead` */
export async function runsRequestOf(
  parameters: Parameters,
  gateway: Gateway,
): Promise<RunsRequest> {
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
    before: await demandSequence(gateway, parameters, "after"),
    limit: limitOf(parameters),
  };
}

/** In the form in which times are stored, in which they can be compared as texts. */
function storedForm(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
