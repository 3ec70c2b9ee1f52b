import { readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { ServerFiles } from "./files.js";

/** What may differ from one embedded server to the next. */
export interface ServerSettings {
  /** `-1` lets the system choose. */
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly syncAlways: boolean;
  readonly maxPayloadBytes: number;
  readonly maxFileStoreBytes: number;
}

/** The text of the configuration file of an embedded server. */
export function renderConfiguration(files: ServerFiles, settings: ServerSettings): string {
  const { port, user, password, syncAlways, maxPayloadBytes, maxFileStoreBytes } = settings;
  // Quoted as in JSON, which is also how nats-server reads a quoted string.
  const quote = (text: string) => JSON.stringify(text);
  return `# Written by Runtrail whenever it starts its server: changes made here are lost.
server_name: runtrail
host: 127.0.0.1
port: ${port}
max_payload: ${maxPayloadBytes}

# Known to the process that started the server and to nobody else.
authorization { user: ${quote(user)}, password: ${quote(password)} }

jetstream {
  # nats-server adds the folder "jetstream" itself.
  store_dir: ${quote(files.folder)}
  max_file_store: ${maxFileStoreBytes}
  sync_interval: ${syncAlways ? "always" : "2m"}
}

pid_file: ${quote(files.pid)}
ports_file_dir: ${quote(files.ports)}
log_file: ${quote(files.log)}
log_size_limit: ${10 * 1024 * 1024}
logfile_max_num: 5
`;
}

/**
 * How much the store may hold: what it holds already and three quarters of what is free. nats-server's
 * own default forgets the former, so that a store on a filling disk would shrink below its contents.
 */
export async function fileStoreLimit(files: ServerFiles): Promise<number> {
  const { bavail, bsize } = await statfs(files.folder);
  const held = await sizeOf(join(files.folder, "jetstream"));
  return held + Math.floor(bavail * bsize * 0.75);
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
