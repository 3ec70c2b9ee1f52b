/** Text that is HTML, and may stand in HTML as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

type Piece = string | number | Markup | readonly Piece[] | undefined;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A template of HTML: what is put into it is escaped, unless it is HTML itself; what is undefined is left out. */
export function html(template: TemplateStringsArray, ...pieces: Piece[]): Markup {
  // How far the templates are indented is nobody's business.
  const text = template.map((part, i) => part.replaceAll(/\n +/g, "\n") + textOf(pieces[i]));
  return new Markup(text.join(""));
}

function textOf(piece: Piece): string {
  if (piece === undefined) return "";
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === "object") return piece.map(textOf).join("");
  return String(piece).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

/** With something between each two. */
export function joined(pieces: readonly Markup[], between: string): Markup {
  return html`${pieces.map((piece, i) => (i === 0 ? piece : html`${between}${piece}`))}`;
}

/** A value as JSON text, in which names and texts can be told apart. */
export function jsonView(value: unknown): Markup {
  const pieces = JSON.stringify(value, null, 2).split(/("(?:[^"\\]|\\.)*"(?:: )?)/);
  return html`${pieces.map((piece) => {
    if (!piece.startsWith('"')) return html`${piece}`;
    return html`<span class="${piece.endsWith(": ") ? "key" : "text"}">${piece}</span>`;
  })}`;
}

/** A text in which `this` is code; what is a name of something here leads there. */
export function prose(text: string, linkOf: (code: string) => string | undefined): Markup {
  const pieces = text.split(/`([^`]+)`/).map((piece, i) => {
    if (i % 2 === 0) return html`${piece}`;
    const link = linkOf(piece);
    const code = html`<code>${piece}</code>`;
    return link === undefined ? code : html`<a href="${link}">${code}</a>`;
  });
  return html`${pieces}`;
}
