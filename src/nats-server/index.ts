export { DataFolderInUseError } from "./claim.js";
export { ensureNatsServer } from "./ensure.js";
export {
  type BinarySource,
  type FindResult,
  type NatsServerBinary,
  NatsServerPathError,
  type PassedOver,
  findNatsServer,
  natsCacheFolder,
} from "./find.js";
export { type InstallAttempt, NatsServerInstallError, installNatsServer } from "./install.js";
export { NatsServerStartError } from "./launch.js";
export type { Report } from "./report.js";
export {
  type EmbeddedNatsServer,
  type NatsConnection,
  type ServerEnd,
  type StartOptions,
  startNatsServer,
} from "./run.js";
export { MINIMUM_NATS_VERSION, TESTED_NATS_VERSION, describeUnsupported } from "./version.js";
