import { isObject, isTexts } from "../../audit/json-shape.js";
import { parseCheckpoint } from "../../audit/checkpoint.js";
import { MalformedNoteError, parseNote } from "../../audit/note.js";
import type { Memory } from "./proof-report.js";

/** A server has one log, and this storage is that of its origin. */
const NAME = "runtrail.log";

/** What is remembered of the log; undefined where nothing is, or nothing can be. */
export function recall(): Memory | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(NAME) ?? "null");
    if (!isObject(value) || !isTexts(value["keys"])) return undefined;
    const { keys, note } = value;
    return { keys, note: typeof note === "string" ? note : undefined };
  } catch {
    // The storage is switched off, or something else has written to it.
    return undefined;
  }
}

/**
 * Remembers the keys and a checkpoint that holds, unless another tab remembers a larger one.
 *
 * @param isAnother whether the keys are others than before, by the reader's own word
 */
export function remember(memory: Memory, isAnother = false): void {
  const before = recall();
  if (before && !isAnother && sizeOf(before.note) > sizeOf(memory.note)) return;
  try {
    localStorage.setItem(NAME, JSON.stringify(memory));
  } catch {
    // Then this visit has to do without.
  }
}

function sizeOf(note: string | undefined): number {
  if (note === undefined) return -1;
  try {
    return parseCheckpoint(parseNote(note).text).size;
  } catch (error) {
    if (error instanceof MalformedNoteError) return -1;
    throw error;
  }
}
