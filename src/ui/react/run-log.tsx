import { LogView } from "../log-view/log-view.js";
import { Embedded, type EmbeddedProps } from "./embedded.js";

/** The log of a run, live: found in, filtered and followed as in the application. It is as high as its element. */
export function RunLog(props: EmbeddedProps) {
  return <Embedded {...props} view={LogView} />;
}
