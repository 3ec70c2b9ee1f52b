import Anser from "anser";
import { hasControls, visibleText } from "../parts/visible-text.js";

/** A piece of a line that looks the same throughout. */
export interface Segment {
  text: string;
  className: string;
  color: string | undefined;
  background: string | undefined;
}

const ESCAPE = "\u001b";

/** What sets colours and the like (SGR); ECMA-48, section 8.3.117. */
// eslint-disable-next-line no-control-regex -- it is about control characters
const COLOURS = /\u001b\[[0-9;]*m/g;
/** Titles, links, cursor movements and whatever else begins with an escape: nothing that is to be seen. */
const OTHER_SEQUENCES =
  // eslint-disable-next-line no-control-regex -- it is about control characters
  /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|\u001b\[(?![0-9;]*m)[0-?]*[ -/]*[@-~]|\u001b[0-Z\\^-~]/g;
/** An escape that begins nothing. */
// eslint-disable-next-line no-control-regex -- it is about control characters
const STRAY_ESCAPE = /\u001b(?!\[[0-9;]*m)/g;

/** The line without colours, with every control character made visible: what is searched and copied. */
export function plainText(message: string): string {
  return hasControls(message) ? visibleText(colouredOnly(message).replace(COLOURS, "")) : message;
}

/** The line in pieces, by the colours that it asks for. What it holds is text, and can be nothing else. */
export function segmentsOf(message: string): Segment[] {
  if (!message.includes(ESCAPE)) return [plain(plainText(message))];
  const coloured = Anser.ansiToJson(colouredOnly(message), {
    use_classes: true,
    remove_empty: true,
  });
  return coloured.map(({ content, fg, bg, fg_truecolor, bg_truecolor, decorations }) => {
    const classes = [
      isNamed(fg) ? `${fg}-fg` : "",
      isNamed(bg) ? `${bg}-bg` : "",
      ...decorations.map((decoration) => `ansi-${decoration}`),
    ];
    return {
      text: visibleText(content),
      className: classes.filter((name) => name !== "").join(" "),
      color: colourOf(fg, fg_truecolor),
      background: colourOf(bg, bg_truecolor),
    };
  });
}

/** The line with no escape in it but colours. */
function colouredOnly(message: string): string {
  const lines = message.replaceAll("\r\n", "\n");
  if (!lines.includes(ESCAPE)) return lines;
  return lines.replace(OTHER_SEQUENCES, "").replace(STRAY_ESCAPE, "\u241b");
}

function plain(text: string): Segment {
  return { text, className: "", color: undefined, background: undefined };
}

/** `ansi-red` and `ansi-bright-red` have colours of ours, in which they can be read. */
function isNamed(name: string | null): boolean {
  return name !== null && /^ansi-(?:bright-)?(?!palette|truecolor)[a-z]+$/.test(name);
}

function colourOf(name: string | null, trueColour: string | null): string | undefined {
  if (name === "ansi-truecolor" && trueColour !== null) return `rgb(${trueColour})`;
  const index = /^ansi-palette-(\d+)$/.exec(name ?? "")?.[1];
  return index === undefined ? undefined : paletteColour(Number(index));
}

/** Of the 256 colours of xterm: from 16 on a cube of 6 × 6 × 6, from 232 on greys. */
function paletteColour(index: number): string {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const cube = index - 16;
  const channel = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const [red, green, blue] = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return `rgb(${channel(red)}, ${channel(green)}, ${channel(blue)})`;
}
