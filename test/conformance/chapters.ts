import { appending } from "./cases/appending.js";
import { appendingMany } from "./cases/appending-many.js";
import { correlations } from "./cases/correlations.js";
import { ends } from "./cases/ends.js";
import { errors } from "./cases/errors.js";
import { filters } from "./cases/filters.js";
import { integrity } from "./cases/integrity.js";
import { longPoll } from "./cases/long-poll.js";
import { pages } from "./cases/pages.js";
import { positions } from "./cases/positions.js";
import { resuming } from "./cases/resuming.js";
import { streaming } from "./cases/streaming.js";
import { timelines } from "./cases/timelines.js";
import { webSocket } from "./cases/web-socket.js";
import type { Chapter } from "./case.js";

/** Everything that is run, by `npm test` and by `npm run conformance`. */
export const chapters: readonly Chapter[] = [
  appending,
  appendingMany,
  pages,
  streaming,
  resuming,
  positions,
  timelines,
  correlations,
  filters,
  longPoll,
  webSocket,
  ends,
  integrity,
  errors,
];
