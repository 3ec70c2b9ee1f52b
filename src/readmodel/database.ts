import { closeSync, existsSync, openSync, readSync, rmSync } from "node:fs";
import Database from "better-sqlite3";
import { PLACES } from "./documents.js";
import { filesOf } from "./files.js";
import { MARK_SUFFIX, mayBeTorn } from "./unsynced.js";

export type ReadDatabase = Database.Database;

/** Raised with every change of what is stored: a file of another version is thrown away and made anew. */
export const SCHEMA_VERSION = 3;

/** The memory that SQLite keeps pages in, in KiB. */
const CACHE_KIB = 64 * 1024;

/** Of a file that is made: twice the usual, as each page that is written costs two calls of the system. */
const PAGE_BYTES = 8192;

/** The write-ahead log is copied into the file when it has so many pages. */
const CHECKPOINT_PAGES = 4096;

/** How long a reader waits for the writer, and the other way round; with a write-ahead log they rarely do. */
const BUSY_TIMEOUT_MS = 5000;

/** How texts are cut into words: at whatever is no letter and no digit, whatever the case and the diacritics. */
export const TOKENIZER = "unicode61 remove_diacritics 2";

const SCHEMA = `
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value ANY NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- What events are found by: a scope's path, or correlations/<id>.
  CREATE TABLE keys (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (tenant, name)
  ) STRICT;

  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL,
    correlation INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL,
    recorded_nanos INTEGER NOT NULL,
    -- The envelope, as it is in the log.
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX events_by_scope ON events (scope);
  CREATE INDEX events_by_correlation ON events (correlation);

  -- The events of the scopes below a scope.
  CREATE TABLE events_below (
    key INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (key, sequence)
  ) STRICT, WITHOUT ROWID;

  -- What a scope's own events add up to, in brief and as of now.
  CREATE TABLE scopes (
    key INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- The scope that it is below, with whatever is between them; its own key where it is below none.
    root INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    status TEXT,
    name TEXT,
    workflow_id TEXT,
    created_at TEXT,
    duration_ms REAL,
    events INTEGER NOT NULL,
    log_entries INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX scopes_by_kind ON scopes (tenant, kind, first_sequence);
  CREATE INDEX scopes_by_status ON scopes (tenant, kind, status, first_sequence);
  CREATE INDEX scopes_by_workflow ON scopes (tenant, kind, workflow_id, first_sequence);
  CREATE INDEX scopes_by_root ON scopes (root, first_sequence);

  -- What can be found: log entries, and events that have none. The row of a document is the event's sequence
  -- times ${PLACES}, and the place of the entry; so they are in the order of the log. Neither column is stored.
  CREATE VIRTUAL TABLE entries USING fts5(
    tags, text, content = '', contentless_delete = 1, tokenize = '${TOKENIZER}'
  );
  -- Merged less often than by default, and written less often: what comes all at once is half as fast otherwise.
  INSERT INTO entries (entries, rank) VALUES ('automerge', 8);
  INSERT INTO entries (entries, rank) VALUES ('hashsize', ${16 * 1024 * 1024});

  -- The state of a scope right after one of its events, now and then: from there it is folded on.
  CREATE TABLE states (
    key INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (key, sequence)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Opens a read model for writing. One that is of another log, of another version of the schema, or cannot be
 * read is replaced by an empty one.
 *
 * @param epoch of the log that it is of
 * @throws SqliteError when the file cannot be made
 */
export function openForWriting(file: string, epoch: string): ReadDatabase {
  const found = tryToOpen(file, epoch);
  if (found) return found;
  removeDatabase(file);
  const db = connect(file);
  return closedIfItFails(db, () => {
    db.exec(SCHEMA);
    const store = db.prepare("INSERT INTO meta (name, value) VALUES (?, ?)");
    store.run("epoch", epoch);
    store.run("position", 0);
    // At last: what was begun before and broken off has no version.
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
}

/** What of the file is in use, in bytes: the rest of it is taken before it grows. */
export function usedBytesOf(db: ReadDatabase): number {
  const numberOf = (pragma: string) => Number(db.pragma(pragma, { simple: true }));
  return (numberOf("page_count") - numberOf("freelist_count")) * numberOf("page_size");
}

/**
 * Copies the write-ahead log into the file and gives its room back: a page that was written many times is in there as
 * often.
 *
 * @throws SqliteError where there is no room for that
 */
export function foldWriteAheadLog(db: ReadDatabase): void {
  db.pragma("wal_checkpoint(TRUNCATE)");
}

/** @throws SqliteError when there is none */
export function openForReading(file: string): ReadDatabase {
  const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  db.pragma("query_only = on");
  // SQLite opens what lies beside the file with the first look into it, which is not to be later.
  db.pragma("schema_version");
  return db;
}

/** Removes the files of a read model: all that is lost is the time that it takes to make it anew. */
export function removeDatabase(file: string): void {
  for (const one of [...filesOf(file), file + MARK_SUFFIX]) rmSync(one, { force: true });
}

function tryToOpen(file: string, epoch: string): ReadDatabase | undefined {
  // What lies beside it then is of another one.
  if (!existsSync(file) || mayBeTorn(file)) return undefined;
  let db: ReadDatabase | undefined;
  try {
    db = connect(file);
    const version = db.pragma("user_version", { simple: true });
    if (version === SCHEMA_VERSION && metaOf(db, "epoch") === epoch) return db;
  } catch (error) {
    // One without our tables is another's, or was begun and broken off.
    if (!isDamaged(error) && !hasCode(error, "SQLITE_ERROR")) {
      db?.close();
      throw error;
    }
  }
  db?.close();
  return undefined;
}

/** How every database of SQLite begins. */
const MAGIC = "SQLite format 3\0";

/** Whether the file begins like a database. */
export function looksLikeDatabase(file: string): boolean {
  const start = Buffer.alloc(MAGIC.length);
  const fd = openSync(file, "r");
  try {
    readSync(fd, start, 0, start.length, 0);
  } finally {
    closeSync(fd);
  }
  return start.toString("latin1") === MAGIC;
}

/** Whether the file is not what it should be, so that only a new one helps. */
export function isDamaged(error: unknown): boolean {
  return hasCode(error, "SQLITE_CORRUPT") || hasCode(error, "SQLITE_NOTADB");
}

/** Whether the disk had no room for what was to be written. */
export function isFull(error: unknown): boolean {
  const isNoSpace = error instanceof Error && "code" in error && error.code === "ENOSPC";
  return isNoSpace || hasCode(error, "SQLITE_FULL");
}

/** What SQLite says when the disk takes nothing, be it for a quota or for a defect. */
const REFUSALS = ["WRITE", "FSYNC", "DIR_FSYNC", "TRUNCATE", "SHMSIZE", "SHMMAP"].map(
  (what) => `SQLITE_IOERR_${what}`,
);

/** Whether the disk has not taken what was to be written, although it does not say that it is full. */
export function isRefusedByDisk(error: unknown): boolean {
  return REFUSALS.some((code) => hasCode(error, code));
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith(code);
}

export function metaOf(db: ReadDatabase, name: "epoch" | "position"): unknown {
  return db.prepare("SELECT value FROM meta WHERE name = ?").pluck().get(name);
}

function connect(file: string): ReadDatabase {
  // Events are nobody else's business; what SQLite puts beside the file has the same permissions.
  closeSync(openSync(file, "a", 0o600));
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  return closedIfItFails(db, () => {
    db.pragma(`page_size = ${PAGE_BYTES}`);
    db.pragma("journal_mode = wal");
    // A crash of the machine may lose the newest events, which are read from the log again; it damages nothing.
    db.pragma("synchronous = normal");
    db.pragma(`cache_size = -${CACHE_KIB}`);
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  });
}

/** Opening is tried again and again while the disk is full: what is left open each time would add up. */
function closedIfItFails(db: ReadDatabase, prepare: () => void): ReadDatabase {
  try {
    prepare();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
