import { decodeHash, type Checkpoint } from "../../audit/checkpoint.js";
import { leafText } from "../../audit/leaf.js";
import { verifyInclusion } from "../../audit/merkle-proof.js";
import { leafHash } from "../../audit/merkle-tree.js";
import type { ConnectionOptions } from "../../client/connection.js";
import { fetchInclusion } from "../../client/proofs.js";
import type { ProofFinding } from "./proof-report.js";
import type { ShownEvents } from "./shown-events.js";

/** Of more events at once, a bundle is less work for everybody. */
export const MAX_TAIL = 256;

/** A browser has six connections to a server, and the page wants some of them. */
const ABREAST = 3;

/**
 * Proves of each event from a place on that it is in a checkpoint's log.
 *
 * @returns of how many of the shown events that is known now; one behind what does not hold is not looked at
 * @throws UnavailableError, RequestRefusedError, ProtocolError
 */
export async function checkTail(
  connection: ConnectionOptions,
  { shown, from, checkpoint }: { shown: ShownEvents; from: number; checkpoint: Checkpoint },
  find: (finding: ProofFinding) => void,
  signal: AbortSignal,
): Promise<number> {
  const { size, root } = checkpoint;
  const end = shown.countUpTo(size);
  const check = async (place: number): Promise<ProofFinding | undefined> => {
    const sequence = shown.sequence(place);
    const { leaf, proof } = await fetchInclusion(connection, { sequence, size }, signal);
    if (leaf.sequence !== sequence || !shown.has(place, leaf.hash)) {
      return { check: "leaf", sequence, detail: "what is shown is not what was sealed here" };
    }
    const hashes = proof.map(decodeHash).filter((hash) => hash !== undefined);
    const claim = { index: sequence - 1, size, leafHash: leafHash(leafText(leaf)), root };
    if (hashes.length === proof.length && verifyInclusion({ ...claim, proof: hashes })) {
      return undefined;
    }
    return { check: "inclusion", sequence, detail: "its proof does not lead to the root" };
  };
  for (let place = from; place < end; place += ABREAST) {
    const places = Array.from({ length: Math.min(ABREAST, end - place) }, (_, i) => place + i);
    const findings = (await Promise.all(places.map(check))).filter((one) => one !== undefined);
    findings.forEach(find);
    if (findings.length > 0) return place;
  }
  return end;
}
