import { isJsonObject } from "../envelope/catalogue/json-object.js";
import type { JsonObject, JsonValue } from "../envelope/envelope.js";

/** The one member of an object that stands for personal data: as it is sent, or as it is stored. */
export type Mark = "$personal" | "$enc";

/** Where an object with a mark stands. */
export interface Marked {
  /** RFC 6901, into the payload. */
  pointer: string;
  object: JsonObject;
}

/** The objects in a payload that have the mark, in order; what is inside of one is not looked at. */
export function findMarked(payload: JsonObject, mark: Mark): Marked[] {
  const found: Marked[] = [];
  replaceMarked(payload, mark, (marked) => {
    found.push(marked);
    return marked.object;
  });
  return found;
}

/**
 * The payload with each object that has the mark replaced; the same object where there is none. Nothing
 * that is given is changed.
 *
 * @param payload JSON that has a canonical form, so not nested without end
 */
export function replaceMarked(
  payload: JsonObject,
  mark: Mark,
  replace: (marked: Marked) => JsonValue,
): JsonObject {
  const visit = (value: JsonValue, pointer: string): JsonValue => {
    if (Array.isArray(value)) {
      const items = value.map((item, i) => visit(item, `${pointer}/${i}`));
      return items.every((item, i) => item === value[i]) ? value : items;
    }
    if (!isJsonObject(value)) return value;
    const object = value;
    if (Object.hasOwn(object, mark)) return replace({ pointer, object });
    const entries = Object.entries(object);
    const members = entries.map(
      ([key, member]) => [key, visit(member, `${pointer}/${token(key)}`)] as const,
    );
    const isSame = members.every(([, member], i) => member === entries[i]?.[1]);
    return isSame ? object : Object.fromEntries(members);
  };
  return visit(payload, "") as JsonObject;
}

/** A member's name in a pointer. */
function token(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
