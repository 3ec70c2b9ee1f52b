/** Written so that a POSIX shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A command line as one would type it. */
export function commandLine(file: string, args: readonly string[]): string {
  return [file, ...args].map(quoted).join(" ");
}
