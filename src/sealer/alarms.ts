/**
 * What can be wrong with the log, for whoever answers for it:
 * - `missing`: sequences that were never sealed as events, because they were gone by then;
 * - `foreign`: messages that something other than Runtrail wrote;
 * - `trimmed`: events gone from the start of the log that retention has not trimmed;
 * - `deleted`: events gone from the middle;
 * - `truncated`: events gone from the end;
 * - `replaced`: the stream is another one than was sealed;
 * - `configuration`: the stream is set so that it could lose or alter events;
 * - `seals`: what was stored of the seals does not fit together.
 */
export type AlarmKind =
  | "missing"
  | "foreign"
  | "trimmed"
  | "deleted"
  | "truncated"
  | "replaced"
  | "configuration"
  | "seals";

export interface Alarm {
  kind: AlarmKind;
  /** What was found, and where. */
  detail: string;
}

/** The alarms that stand; each is reported when it comes up, and again when it has changed. */
export class Alarms {
  readonly #standing = new Map<AlarmKind, string>();
  readonly #report: (alarm: Alarm) => void;

  constructor(report: (alarm: Alarm) => void) {
    this.#report = report;
  }

  /** @param detail undefined: all is well */
  set(kind: AlarmKind, detail: string | undefined): void {
    if (detail === undefined) {
      this.#standing.delete(kind);
    } else if (this.#standing.get(kind) !== detail) {
      this.#standing.set(kind, detail);
      this.#report({ kind, detail });
    }
  }

  get all(): Alarm[] {
    return Array.from(this.#standing, ([kind, detail]) => ({ kind, detail }));
  }
}
