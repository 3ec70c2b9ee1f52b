import { styleText } from "node:util";
import type { WriteStream } from "node:tty";

type Format = Parameters<typeof styleText>[0];

/** Puts a text into a style, where the stream shows styles. */
export type Paint = (format: Format, text: string) => string;

/** Paints for a stream: on a terminal, unless NO_COLOR or TERM say that it should not. */
export function painterFor(stream: Partial<WriteStream>): Paint {
  const hasColours = stream.isTTY === true && stream.hasColors?.() === true;
  return hasColours ? (format, text) => styleText(format, text) : (_, text) => text;
}

const ESC = "\u001b";
/** A style: colours, bold and their kin (ECMA-48, SGR). */
const STYLE = `${ESC}\\[[0-9;:]*m`;
/** Other sequences, and single characters, that move the cursor, set the title, ring the bell … */
const OTHER = [
  `${ESC}\\[[0-?]*[ -/]*[@-~]`,
  `${ESC}[\\]PX^_][^\u0007${ESC}]*(?:\u0007|${ESC}\\\\)?`,
  `${ESC}[ -/]*[0-~]?`,
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]",
].join("|");
const CONTROLS = new RegExp(`(?<style>${STYLE})|${OTHER}`, "g");

/**
 * Text that somebody else wrote, safe to show: without anything that steers a terminal. Colours stay
 * where `keepsStyles`, and are ended behind the text.
 */
export function printable(text: string, keepsStyles: boolean): string {
  const shown = text.replaceAll(CONTROLS, (_, style: string | undefined) =>
    keepsStyles && style !== undefined ? style : "",
  );
  return shown.includes(ESC) ? `${shown}${ESC}[0m` : shown;
}
