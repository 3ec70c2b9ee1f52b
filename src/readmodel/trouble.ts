/**
 * `bound-reached`: its file is as large as it may become. `disk-full`: the disk has no room for more. `failing`:
 * anything else.
 */
export const TROUBLE_STATES = ["bound-reached", "disk-full", "failing"] as const;
export type TroubleState = (typeof TROUBLE_STATES)[number];

/** Why a read model does not go on: what is in it can be read meanwhile, and it is tried again. */
export interface Trouble {
  state: TroubleState;
  /** In words. */
  reason: string;
}
