import { findUncanonical } from "../canonical.js";
import { canonicalType } from "./aliases.js";
import {
  CATALOGUE_TYPES,
  EVENT_TYPE_PATTERN,
  isCatalogueType,
  isReservedFamily,
} from "./catalogue.js";
import { explain } from "./explain.js";
import { isJsonObject } from "./json-object.js";
import { nearest } from "./nearest.js";
import { normalizeDraft, type DraftLike } from "./normalize.js";
import { operatorValidators, payloadValidator, type JsonSchema } from "./validators.js";

export type { DraftLike, JsonSchema };

export interface PayloadProblem {
  /**
   * `malformed-type`: not an event type at all; `unknown-type`: its family is reserved, and the catalogue
   * has no such type in it; `invalid-payload`: the payload does not fit its schema.
   */
  readonly code: "malformed-type" | "unknown-type" | "invalid-payload";
  /**
   * RFC 6901 pointer into the payload: the offending place, or where what is missing should be. Empty for
   * the payload as a whole, and where the problem is the type.
   */
  readonly pointer: string;
  /** What is wrong and what to do, for people. */
  readonly message: string;
}

export type PayloadVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly problems: readonly [PayloadProblem, ...PayloadProblem[]] };

/** The event types that a log knows: those of the catalogue, and those the operator has a schema for. */
export interface Catalogue {
  /** The draft as it is stored: see {@link normalizeDraft}. To be called before validating. */
  readonly normalize: <D extends DraftLike>(draft: D) => D;
  /**
   * Whether this payload may be stored under this type, both normalized. A type outside the reserved
   * families takes any object, or what the operator's schema for it allows. Does not throw, whatever
   * JSON it is given.
   */
  readonly validatePayload: (type: string, payload: unknown) => PayloadVerdict;
}

/**
 * A catalogue that also holds the operator's own types, each with the schema of its payload.
 *
 * Validators are compiled with `new Function` when they are first needed: in a page whose content security
 * policy forbids that, `validatePayload` cannot be used; everything else can.
 *
 * @throws Error that names the type, when its schema is not usable or the type is not the operator's to define
 */
export function createCatalogue(
  options: { readonly schemas?: Readonly<Record<string, JsonSchema>> } = {},
): Catalogue {
  const own = new Map(Object.entries(options.schemas ?? {}));
  for (const type of own.keys()) {
    const problem = typeProblem(canonicalType(type));
    if (problem !== undefined) throw new Error(`${type} cannot have a schema: ${problem.message}`);
    if (isCatalogueType(canonicalType(type))) {
      throw new Error(`${type} cannot have another schema: it belongs to the catalogue`);
    }
  }
  const operators = own.size > 0 ? operatorValidators(own) : undefined;

  return {
    normalize: normalizeDraft,
    validatePayload(type, payload) {
      const validate = isCatalogueType(type) ? payloadValidator(type) : operators?.get(type);
      if (validate === undefined) {
        const problem = typeProblem(type);
        if (problem !== undefined) return { ok: false, problems: [problem] };
      }
      if (!isJsonObject(payload)) return invalid("", "the payload must be an object");
      if (operators?.has(type) === true) {
        // An operator's schema may be recursive: without a bound on the depth, following it could overflow the stack.
        const flaw = findUncanonical(payload);
        if (flaw !== undefined) return invalid(flaw.pointer, flaw.reason);
      }
      if (validate === undefined || validate(payload)) return VALID;
      const { pointer, message } = explain(validate.errors ?? []);
      // Verbose errors would hold on to the payload.
      validate.errors = null;
      return invalid(pointer, message);
    },
  };
}

/** The catalogue without types of an operator. */
export const defaultCatalogue: Catalogue = createCatalogue();

const VALID: PayloadVerdict = { ok: true };

function invalid(pointer: string, message: string): PayloadVerdict {
  return { ok: false, problems: [{ code: "invalid-payload", pointer, message }] };
}

/** What is wrong with a type that is not in the catalogue. */
function typeProblem(type: string): PayloadProblem | undefined {
  if (!EVENT_TYPE_PATTERN.test(type)) {
    const message =
      "a type is at least two lower-case words joined by dots, such as deploy.started";
    return { code: "malformed-type", pointer: "", message };
  }
  if (isCatalogueType(type) || !isReservedFamily(type)) return undefined;
  const family = type.slice(0, type.indexOf("."));
  const meant = nearest(type, CATALOGUE_TYPES);
  const advice = meant === undefined ? "use a family of your own" : `did you mean ${meant}?`;
  const message = `the family ${family} is reserved and has no type ${type}: ${advice}`;
  return { code: "unknown-type", pointer: "", message };
}
