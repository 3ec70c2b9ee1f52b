/** Controls other than tab and line feed, and the marks that turn the direction of what comes after them. */
// eslint-disable-next-line no-control-regex -- it is about control characters
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
// eslint-disable-next-line no-control-regex -- it is about control characters
const HAS_CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

export function hasControls(text: string): boolean {
  return HAS_CONTROLS.test(text);
}

/**
 * The text with every control made visible, so that it can neither hide anything nor turn around what stands
 * beside it: ␀ for NUL, ␡ for DEL, `[U+9B]` for a control beyond ASCII, `[U+202E]` for what changes the
 * direction.
 */
export function visibleText(text: string): string {
  return HAS_CONTROLS.test(text) ? text.replace(CONTROLS, pictureOf) : text;
}

function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code === 0x7f) return "\u2421";
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return `[U+${code.toString(16).toUpperCase()}]`;
}
