import { vi } from "vitest";
import type { StreamCoordinator } from "../../src/coordinator/coordinator.js";

/**
 * Makes the streams of one run fail behind their first frame, until `mockRestore` is called. Streams of
 * other tests, which may still be on their way, are left alone.
 */
export function breakStreamsOf(coordinator: StreamCoordinator, run: string) {
  const reallyOpen = coordinator.open.bind(coordinator);
  return vi.spyOn(coordinator, "open").mockImplementation((request) =>
    request.path !== run
      ? reallyOpen(request)
      : Promise.resolve({
          outcome: "open",
          opening: [],
          feed: {
            pull: () => "behind",
            catchUp: async function* () {
              yield await Promise.resolve({ kind: "caught-up", cursor: "7.abc" } as const);
              throw new Error("a secret of ours");
            },
            wait: () => undefined,
            stopWaiting: () => undefined,
          },
        }),
  );
}
