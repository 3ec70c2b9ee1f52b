/** Why the newest events may be missing from an answer. @param state the read model's, as an answer tells it */
export function troubleText(state: string): string {
  return `the server's read model does not go on (${state}), and its /readyz says why`;
}
