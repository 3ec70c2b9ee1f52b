import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { explain } from "../../envelope/catalogue/explain.js";
import { schemas } from "../../envelope/catalogue/schemas.generated.js";
import { problem, type Problem } from "../../wire/problem.js";
import type { ClientMessage, ErrorMessage } from "../../wire/socket.js";

/** What a message is, or what is wrong with it; `about` tells the client which of its messages that was. */
export type Heard =
  | { ok: true; message: ClientMessage; about: About }
  | { ok: false; problem: Problem; about: About };

type About = NonNullable<ErrorMessage["about"]>;

const OPS = ["subscribe", "unsubscribe", "ack", "auth"] as const;

const SUB = /^[ -~]{1,64}$/;

/** A member's name may be as long as a message: it is not sent back whole. */
const MAX_POINTER_LENGTH = 256;
const MAX_DETAIL_LENGTH = 512;

/** The message that a JSON value is, or the first thing that is wrong with it. */
export function hear(value: unknown): Heard {
  const about = aboutOf(value);
  const validate = validators().get(about.op ?? "");
  if (!validate) {
    const detail =
      typeof value === "object" && value !== null && "op" in value
        ? `op must be one of ${OPS.join(", ")}.`
        : `A message is an object with an op, one of ${OPS.join(", ")}.`;
    return { ok: false, problem: problem("bad-request", detail, { pointer: "/op" }), about };
  }
  if (validate(value)) return { ok: true, message: value as ClientMessage, about };
  const { pointer, message } = explain(validate.errors ?? [], "the message");
  // Verbose errors hold on to the message.
  validate.errors = null;
  return { ok: false, problem: badMember(pointer, message), about };
}

/** @param pointer RFC 6901, into the message */
export function badMember(pointer: string, flaw: string): Problem {
  const detail = flaw.length > MAX_DETAIL_LENGTH ? `${flaw.slice(0, MAX_DETAIL_LENGTH)}…` : flaw;
  return problem("bad-parameter", `${detail}.`, {
    pointer: pointer.length > MAX_POINTER_LENGTH ? "" : pointer,
  });
}

/** What names a message, where it can be read and is what it should be. */
function aboutOf(value: unknown): About {
  const { op, sub } = (value ?? {}) as { op?: unknown; sub?: unknown };
  const known = OPS.find((name) => name === op);
  return {
    ...(known && { op: known }),
    ...(typeof sub === "string" && SUB.test(sub) && { sub }),
  };
}

let compiled: ReadonlyMap<string, ValidateFunction> | undefined;

/** One for each op, so that what is wrong is told of the message that was meant. */
function validators(): ReadonlyMap<string, ValidateFunction> {
  if (compiled) return compiled;
  const schema = schemas["socket/client-message.json"];
  // `verbose` puts schema and data into errors, for their messages.
  const ajv = new Ajv2020({ strictRequired: false, allowUnionTypes: true, verbose: true });
  ajv.addSchema(schema);
  const entries = OPS.map((op) => {
    const validate = ajv.getSchema(`${schema.$id}#/$defs/${op}`);
    if (!validate) throw new Error(`the schema of client messages does not define ${op}`);
    return [op, validate] as const;
  });
  return (compiled = new Map(entries));
}
