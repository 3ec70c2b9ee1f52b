import {
  purgeThrough,
  readExtent,
  readPrefix,
  type LogExtent,
  type PrefixMessage,
} from "../log/prefix.js";
import { readHead } from "../log/read.js";
import { ForeignMessageError, type LogRecord, type ScopeHead } from "../log/record.js";
import type { Log } from "../log/stream.js";
import { TooManyTrimmedScopesError, type TrimmedHeads } from "../log/trimmed-heads.js";

/** What of the log is to go. */
export interface RetentionRules {
  /** Events that are older go; undefined: none for that reason. */
  ageMs: number | undefined;
  /** As long as the log is larger, its oldest events go; undefined: none for that reason. */
  bytes: number | undefined;
  /**
   * Events that are younger stay, whatever the other rules say: a gateway that has seen a scope without
   * events may append behind that for so long.
   */
  youngestMs: number;
  /** Of how many trimmed scopes the heads may be kept; nothing is trimmed beyond that. */
  maxScopes: number;
}

/** What of the log is sealed, and who is to know what of it goes. */
export interface SealedLog {
  /** Up to this sequence a published checkpoint covers the log; 0 where nothing is sealed. */
  through: () => number;
  /** Told before events up to a sequence go, so that nobody takes them for lost. */
  allowTrim: (through: number) => Promise<void>;
}

/** {@link RetentionRules.youngestMs} in earnest: several times what a head is trusted and a commit takes. */
export const YOUNGEST_MS = 5 * 60_000;

/**
 * Trims the start of the log as far as the rules ask for, never beyond what is sealed; how many events
 * that were. In pieces, so that it holds a bounded part of the log.
 *
 * The chain of a scope goes on where it stood, also when nothing of it is left: before a piece is purged,
 * the heads of the scopes whose newest event lies in it are stored. If we crash behind that, what is stored
 * counts for nothing, because the log still has the events, and the next one to trim stores the same again.
 * An event that is appended to such a scope meanwhile is behind the piece and stays; what is stored is then
 * out of date, and again counts for nothing. Two that trim at the same time store the same heads, or newer
 * ones, and purge what is gone already.
 *
 * @throws TooManyTrimmedScopesError, and whatever a log that does not answer throws; what is trimmed until
 * then is trimmed
 */
export async function trim(
  log: Log,
  heads: TrimmedHeads,
  rules: RetentionRules,
  sealed: SealedLog,
): Promise<number> {
  let trimmed = 0;
  for (;;) {
    const extent = await readExtent(log);
    const most = Math.min(sealed.through(), extent.last);
    if (extent.first > most || !mayBeDue(rules, extent)) return trimmed;
    const due = dueOf(await readPrefix(log, extent.first), rules, extent.bytes, most);
    const last = due.at(-1);
    if (!last) return trimmed;
    await storeHeads(log, heads, due, last.sequence, rules.maxScopes);
    await sealed.allowTrim(last.sequence);
    trimmed += await purgeThrough(log, last.sequence);
  }
}

/** Whether it is worth to look at the log; with a rule about age, only its events tell. */
function mayBeDue({ ageMs, bytes }: RetentionRules, extent: LogExtent): boolean {
  return ageMs !== undefined || (bytes !== undefined && extent.bytes > bytes);
}

/** The messages at the start that are to go; all of them are at the start of the log. */
function dueOf(
  messages: readonly PrefixMessage[],
  { ageMs = Infinity, bytes = Infinity, youngestMs }: RetentionRules,
  logBytes: number,
  most: number,
): PrefixMessage[] {
  const nowMs = Date.now();
  let bytesLeft = logBytes;
  const stays = messages.findIndex((message) => {
    const oldMs = nowMs - message.recordedAtMs;
    const isDue = oldMs > ageMs || bytesLeft > bytes;
    bytesLeft -= message.bytes;
    return message.sequence > most || oldMs < youngestMs || !isDue;
  });
  return stays < 0 ? [...messages] : messages.slice(0, stays);
}

/** Stores the heads of the scopes that have no event behind `through`. */
async function storeHeads(
  log: Log,
  heads: TrimmedHeads,
  messages: readonly PrefixMessage[],
  through: number,
  maxScopes: number,
): Promise<void> {
  const newest = new Map<string, LogRecord>();
  for (const { subject, record } of messages) if (record) newest.set(subject, record);
  const leaving = (
    await Promise.all([...newest.values()].map((record) => headLeaving(log, record, through)))
  ).filter((head) => head !== undefined);
  if (leaving.length === 0) return;
  if ((await heads.count()) + leaving.length > maxScopes) {
    throw new TooManyTrimmedScopesError(maxScopes);
  }
  await Promise.all(leaving.map(({ tenant, head }) => heads.store(tenant, head)));
}

/** The head of the scope that `record` is the newest event of, as far as `through`; undefined when it has newer ones. */
async function headLeaving(
  log: Log,
  record: LogRecord,
  through: number,
): Promise<{ tenant: string; head: ScopeHead } | undefined> {
  const { tenant, scope } = record;
  try {
    const head = await log.connection.answer(readHead(log, tenant, scope));
    // Where there is none, somebody else has just trimmed it, and stored its head before.
    if (!head || head.sequence > through) return undefined;
    return { tenant, head };
  } catch (error) {
    if (!(error instanceof ForeignMessageError)) throw error;
    // Nothing can be appended behind what is no event until that is gone; then it goes on behind the event before.
    return error.sequence > through ? undefined : { tenant, head: record };
  }
}
