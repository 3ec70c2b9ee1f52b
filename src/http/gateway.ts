import type { StreamCoordinator } from "../coordinator/coordinator.js";
import type { History } from "../coordinator/history.js";
import type { Hub } from "../coordinator/hub.js";
import type { PersonalKeys } from "../log/personal-keys.js";
import type { TrimmedHeads } from "../log/trimmed-heads.js";
import type { Log } from "../log/stream.js";
import type { Alarm } from "../sealer/alarms.js";
import type { Sealer } from "../sealer/sealer.js";
import type { Publisher } from "../publisher/publisher.js";
import type { Redactor } from "../redaction/redactor.js";
import type { ReadModel, ReadModelStatus } from "../readmodel/read-model.js";
import type { Retention } from "../retention/retention.js";
import type { Subscriptions } from "../subscriptions/subscriptions.js";

/** What is served over HTTP: the parts of an open gateway that requests need. */
export interface Gateway {
  log: Log;
  hub: Hub;
  /** What is older than memory. */
  history: History;
  publisher: Publisher;
  redactor: Redactor;
  personalKeys: PersonalKeys;
  trimmedHeads: TrimmedHeads;
  /** Undefined where nothing is to be trimmed. */
  retention: Retention | undefined;
  coordinator: StreamCoordinator;
  subscriptions: Subscriptions;
  sealer: Sealer;
  /** Undefined where it is off. */
  readModel: ReadModel | undefined;
  /** Whom requests act for. */
  tenant: string;
  readiness(): Readiness;
}

/** Whether the gateway can do its work now; whatever else it tells is shown with it. */
export interface Readiness {
  ready: boolean;
  /** Why not. */
  reason?: string;
  /** What is wrong with the log, if anything: events can go on, but somebody must look. */
  audit?: { alarms: Alarm[] };
  /** How far the log is in the read model, and why not further: appending and delivering do without it. */
  readModel?: ReadModelStatus;
}
