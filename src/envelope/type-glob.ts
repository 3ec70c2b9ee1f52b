/**
 * What finds types of which at least one glob is true: `job.*`, `run.failed`; `*` stands for any characters. Types
 * have no character that means something in a pattern but the dot.
 */
export function typePattern(globs: readonly string[]): RegExp {
  const alternatives = globs.map((glob) => glob.replaceAll(".", "\\.").replace(/\*+/g, ".*"));
  return new RegExp(`^(?:${alternatives.join("|")})$`);
}
