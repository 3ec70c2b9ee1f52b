import { Proof } from "./proof.js";
import type { FromWorker, ToWorker } from "./proof-report.js";

let proof: Proof | undefined;

function tell(message: FromWorker): void {
  globalThis.postMessage(message);
}

globalThis.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case "start":
      proof = new Proof({ url: data.url }, data.path, data.memory, {
        onReport: (report) => {
          tell({ kind: "report", report });
        },
        onRemember: (memory) => {
          tell({ kind: "remember", memory });
        },
      });
      void proof.run();
      break;
    case "events":
      proof?.take(data, data.isAfterGap);
      break;
    case "caught-up":
      proof?.caughtUp(data.hasEnded);
      break;
    case "trust":
      proof?.trust(data.keys);
      break;
  }
  if (data.kind === "events") tell({ kind: "more" });
});
