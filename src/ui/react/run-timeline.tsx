import { Notice } from "../parts/notice.js";
import type { RunStore } from "../run/run-store.js";
import { TimelineView } from "../timeline/timeline-view.js";
import { Embedded, type EmbeddedProps } from "./embedded.js";

/** The waterfall of a run, live: a bar for each scope and node. It is as high as its element. */
export function RunTimeline(props: EmbeddedProps) {
  return <Embedded {...props} view={Timeline} />;
}

/** The log says what is missing where it is missing; a waterfall says it above. */
function Timeline({ store }: { store: RunStore }) {
  return (
    <>
      {store.gap !== undefined && <Notice>{store.gap}</Notice>}
      <TimelineView store={store} />
    </>
  );
}
