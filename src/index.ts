/**
 * Runtrail as a library: what an event is, its canonical form, hash and chain, and the gateway's parts for
 * those who embed them. The client for programs that append and follow is `runtrail/client`.
 */
export { canonicalize, NotCanonicalError } from "./envelope/canonical.js";
export { canonicalHash, hashEnvelope, type Hash } from "./envelope/hash.js";
export type {
  Actor,
  EventEnvelope,
  JsonObject,
  JsonValue,
  StoredEvent,
} from "./envelope/envelope.js";
export { MalformedEnvelopeError, parseEnvelope } from "./envelope/parse.js";
export { parseDraft, type Draft } from "./envelope/draft.js";
export { parseScope, type Scope, type ScopeKind } from "./envelope/scope.js";
export type {
  CatalogueEvent,
  CatalogueType,
  PayloadByType,
} from "./envelope/catalogue/catalogue.js";
export {
  createCatalogue,
  defaultCatalogue,
  type Catalogue,
} from "./envelope/catalogue/validate.js";
export { resolveConfig, ConfigError, type Config } from "./config.js";
export { openGateway, type Gateway } from "./gateway.js";
export { createHttpServer } from "./http/server.js";
export type { AppendResult } from "./publisher/result.js";
