import { join, resolve } from "node:path";

/** Everything the embedded server keeps, in one folder below the data folder. */
export interface ServerFiles {
  readonly folder: string;
  readonly configuration: string;
  readonly log: string;
  /** Written by nats-server: its process id. */
  readonly pid: string;
  /** Written into by nats-server: the ports it listens on. */
  readonly ports: string;
  /** Locked by the process that started the server; holds its process id, for messages. */
  readonly ownerLock: string;
  /** Locked by that process and by nats-server itself, so that it outlives neither and misses neither. */
  readonly storeLock: string;
}

export function serverFiles(dataFolder: string): ServerFiles {
  const folder = join(resolve(dataFolder), "nats");
  return {
    folder,
    configuration: join(folder, "nats-server.conf"),
    log: join(folder, "nats-server.log"),
    pid: join(folder, "nats-server.pid"),
    ports: join(folder, "ports"),
    ownerLock: join(folder, "owner.lock"),
    storeLock: join(folder, "store.lock"),
  };
}
