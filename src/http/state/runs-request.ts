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
  return {
    status: parameters
      .text("status")
      ?.split(",")
      .map((text) => {
        const status = STATUSES.find((known) => known === text);
        if (status) return status;
        throw badParameter("status", `must be some of ${STATUSES.join(", ")}, separated by commas`);
      }),
    workflowId: textOf(parameters, "workflowId"),
    since: timeOf(parameters, "since"),
    until: timeOf(parameters, "until"),
    q: textOf(parameters, "q"),
    before: after && sequenceOf(after, "after", epoch),
    limit: limitOf(parameters),
  };
}

function textOf(parameters: Parameters, name: string): string | undefined {
  const text = parameters.text(name);
  if (text === undefined || (text !== "" && text.length <= MAX_TEXT)) return text;
  throw badParameter(name, `must be a text of 1 to ${MAX_TEXT} characters`);
}

const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** In the form in which times are stored, in which they can be compared as texts. */
function timeOf(parameters: Parameters, name: string): string | undefined {
  const text = parameters.text(name);
  if (text === undefined) return undefined;
  const time = TIME.test(text) ? new Date(text) : undefined;
  if (time && !Number.isNaN(time.getTime())) return time.toISOString();
  throw badParameter(name, "must be a time such as 2026-03-01T09:30:00Z, or a day");
}
