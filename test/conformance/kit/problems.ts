import assert from "node:assert/strict";
import type { Answer, Problem } from "./requests.js";

/** Checks that an answer is the problem of this code, in the form that all problems have. */
export function expectProblem(
  { status, headers, body }: Answer<Problem>,
  code: string,
  expected: { status: number; pointer?: string },
): void {
  assert.deepEqual({ status, code: body.code }, { status: expected.status, code });
  assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.ok(headers.get("x-request-id"), "there is no x-request-id");
  assert.equal(body.type, `/problems/${code}`);
  assert.equal(body.status, expected.status);
  assert.ok(body.title.length > 0 && body.detail.length > 0, "title and detail must say something");
  if (expected.pointer !== undefined) assert.equal(body.pointer, expected.pointer);
}
