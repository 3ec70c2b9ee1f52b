import { CommandFailure, EXIT } from "./failure.js";

/**
 * How many of something an option asks for: at least one.
 *
 * @throws CommandFailure
 */
export function countOf(option: string, text: string, what: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new CommandFailure(
    `${option} takes a number of ${what} such as 20, not ${text}`,
    EXIT.usage,
  );
}
