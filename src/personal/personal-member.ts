import { isJsonObject } from "../envelope/catalogue/json-object.js";
import type { JsonObject, JsonValue } from "../envelope/envelope.js";
import { findMarked, type Marked } from "./marked.js";

/** Personal data in a draft, `{"$personal": {"subject": …, "value": …}}`: to be stored encrypted. */
export interface PersonalMember {
  /** RFC 6901, into the payload. */
  pointer: string;
  /** Whom it is about: what is asked to be forgotten. */
  subject: string;
  value: JsonValue;
}

/** Each takes a key of its own to encrypt, if it is about someone else. */
export const MAX_PERSONAL_MEMBERS = 100;
const MAX_SUBJECT_LENGTH = 256;

/** Why a payload's personal data is not in its form. */
export interface PersonalFlaw {
  /** RFC 6901, into the payload. */
  pointer: string;
  detail: string;
}

export type PersonalVerdict =
  { ok: true; members: PersonalMember[] } | { ok: false; flaw: PersonalFlaw };

/** The name of the mark as it stands in canonical text, and nowhere else in it. */
const MARK_TEXT = '"$personal":';

/** Whether a value holds personal data, told from its canonical text. */
export function holdsPersonal(canonicalText: string): boolean {
  return canonicalText.includes(MARK_TEXT);
}

/** Whether a subject can be named so. Two dots, even encoded, are a step in an address and not a name. */
export function isSubject(text: string): boolean {
  return text.length <= MAX_SUBJECT_LENGTH && !["", ".", ".."].includes(text);
}

/** The personal data of a payload, in order, or the first thing that is wrong with it. */
export function readPersonal(payload: JsonObject): PersonalVerdict {
  const marked = findMarked(payload, "$personal");
  if (marked.length > MAX_PERSONAL_MEMBERS) {
    const detail = `the event has ${marked.length} members with personal data; ${MAX_PERSONAL_MEMBERS} are taken`;
    return { ok: false, flaw: { pointer: marked[MAX_PERSONAL_MEMBERS]?.pointer ?? "", detail } };
  }
  const members: PersonalMember[] = [];
  for (const each of marked) {
    const member = readMember(each);
    if ("detail" in member) return { ok: false, flaw: member };
    members.push(member);
  }
  return { ok: true, members };
}

function readMember({ pointer, object }: Marked): PersonalMember | PersonalFlaw {
  const at = (place: string, detail: string): PersonalFlaw => ({
    pointer: pointer + place,
    detail,
  });
  const beside = Object.keys(object).find((key) => key !== "$personal");
  if (beside !== undefined) return at("", `$personal must stand alone, not beside ${beside}`);
  const data = object["$personal"];
  if (!isJsonObject(data)) return at("/$personal", FORM);
  const { subject, value, ...others } = data;
  const [other] = Object.keys(others);
  if (other !== undefined) return at("/$personal", `remove ${other}: ${FORM}`);
  if (typeof subject !== "string" || !isSubject(subject)) {
    const detail = `must be a string of 1 to ${MAX_SUBJECT_LENGTH} characters, and neither . nor ..`;
    return at("/$personal/subject", detail);
  }
  if (value === undefined) return at("/$personal/value", "add value: the data about the subject");
  const [inner] = findMarked({ value }, "$personal");
  if (inner)
    return at(`/$personal${inner.pointer}`, "personal data cannot hold other personal data");
  return { pointer, subject, value };
}

const FORM = 'personal data is {"$personal": {"subject": "…", "value": …}}';
