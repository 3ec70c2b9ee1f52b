/** Takes one line for a person who waits: what is being done, without a trailing newline. */
export type Report = (line: string) => void;

const QUIET_MS = 2_000;

/**
 * Turns the ticks of a download into a line every two seconds, so that a slow network is seen to move
 * and a fast one stays silent.
 */
export function reportProgress(report: Report, what: string): (percent: number) => void {
  let lastLineAt = Date.now();
  return (percent) => {
    if (Date.now() - lastLineAt < QUIET_MS) return;
    lastLineAt = Date.now();
    report(`${what}: ${Math.floor(percent)} %`);
  };
}
