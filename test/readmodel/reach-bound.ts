import type { TestGateway } from "../fixtures/gateway.js";
import { until } from "../fixtures/until.js";
import { append, draft } from "../http/requests.js";

/** A bound that is reached soon. */
export const BOUND = 1024 * 1024;

const TEXT = "so that there is something to find ".repeat(10);

/**
 * Appends one run after the other, each by itself, until the read model is as large as it may become.
 *
 * @returns the id of the last one
 */
export async function reachBound(
  { url, gateway }: TestGateway,
  runId: () => string,
): Promise<string> {
  const status = () => gateway.readModel?.status;
  for (;;) {
    const id = runId();
    const drafts = Array.from({ length: 50 }, (_, n) => draft(n, { payload: { n, text: TEXT } }));
    await append(url, `runs/${id}`, drafts);
    await until("it is taken in or not", () => {
      const isIn = status()?.position === gateway.hub.position;
      return isIn || status()?.state === "bound-reached";
    });
    if (status()?.state === "bound-reached") return id;
  }
}
