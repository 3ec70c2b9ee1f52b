const MIB = 1024 * 1024;

/** The longest text of one draft. */
export const MAX_DRAFT_BYTES = MIB;

/** The longest JSON array of drafts. */
export const MAX_ARRAY_BYTES = 16 * MIB;

/** The most drafts in an array: as many as the log takes in one batch. */
export const MAX_ARRAY_DRAFTS = 1000;

const OPEN_BRACKET = "[".charCodeAt(0);

/** How long a body may be that begins like this: an array, or one draft. */
export function bodyLimitOf(beginning: Uint8Array): number {
  return isArray(beginning) ? MAX_ARRAY_BYTES : MAX_DRAFT_BYTES;
}

/** Whether JSON text that begins like this is an array. */
export function isArray(beginning: Uint8Array): boolean {
  return beginning.find((byte) => byte > " ".charCodeAt(0)) === OPEN_BRACKET;
}
