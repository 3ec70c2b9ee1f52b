import {
  DiscardPolicy,
  JetStreamApiError,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { ensureStream, isStreamNotFound } from "./ensure-stream.js";
import { UnfitStreamError, type Log } from "./stream.js";

const MESSAGE_NOT_FOUND = 10043;
const WRONG_LAST_SEQUENCE = 10071;

export interface KeyedStreamOptions {
  /** Appended to the name of the log's stream; in lower case, part of its subjects. */
  name: string;
  /** JetStream replicas, 1 to 5. */
  replicas: number;
  /** What it has held before of a key is kept until it is erased; otherwise it is dropped when replaced. */
  keepsOlder: boolean;
}

/** The newest value of a key. */
export interface KeyedValue {
  sequence: number;
  text: string;
}

/**
 * What a log knows beside its events: a JetStream stream in which the newest message of a subject is the
 * value of a key. A key is one or several words of `[A-Za-z0-9_:@=+~-]`, joined by dots. All that is read
 * comes from the stream's leader.
 */
export class KeyedStream {
  private constructor(
    readonly log: Log,
    readonly stream: string,
    readonly prefix: string,
  ) {}

  /**
   * Opens the stream, creating it when there is none. From several processes at once, it is the same one.
   *
   * @throws UnfitStreamError when there is another stream by that name
   */
  static async open(log: Log, options: KeyedStreamOptions): Promise<KeyedStream> {
    const { name, replicas, keepsOlder } = options;
    const opened = KeyedStream.of(log, name);
    const { stream, prefix } = opened;
    const config = {
      name: stream,
      subjects: [`${prefix}.>`],
      storage: StorageType.File,
      // It is never to drop a key for another one.
      discard: DiscardPolicy.New,
      num_replicas: replicas,
      max_msgs_per_subject: keepsOlder ? -1 : 1,
      allow_direct: true,
    };
    const found = await ensureStream(log.jsm, config);
    const differences = unfit(found, config);
    if (differences.length > 0) throw new UnfitStreamError(stream, differences);
    return opened;
  }

  /** The same for reading only, without asking anybody; where there is no stream, no key has a value. */
  static of(log: Log, name: string): KeyedStream {
    const prefix = `runtrail.${log.stream}.${name.toLowerCase()}`;
    return new KeyedStream(log, `${log.stream}_${name}`, prefix);
  }

  async read(key: string): Promise<KeyedValue | undefined> {
    const { jsm, connection } = this.log;
    const asked = jsm.streams.getMessage(this.stream, { last_by_subj: this.#subject(key) });
    const message = await connection.answer(asked).catch((error: unknown) => {
      if (isStreamNotFound(error)) return null;
      throw error;
    });
    return message ? { sequence: message.seq, text: message.string() } : undefined;
  }

  /**
   * Makes `text` the value of a key.
   *
   * @param expectedSequence that of the value that it replaces, 0 where there must be none; undefined: of any
   * @returns undefined when another value has come in between
   */
  async write(key: string, text: string, expectedSequence?: number): Promise<number | undefined> {
    const { js, connection } = this.log;
    const expect =
      expectedSequence === undefined ? {} : { expect: { lastSubjectSequence: expectedSequence } };
    try {
      return (await connection.answer(js.publish(this.#subject(key), text, expect))).seq;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE)
        return undefined;
      throw error;
    }
  }

  /**
   * Removes what a key has held before the value at `sequence`, and overwrites its bytes in the server's
   * files. What copies there are elsewhere (a replica's own log until its next snapshot, backups of the
   * files) is not in its power.
   */
  async eraseOlder(key: string, sequence: number): Promise<void> {
    const { jsm, connection } = this.log;
    const subject = this.#subject(key);
    for (let from = 1; ;) {
      // The server takes both members together; the client's type names them apart.
      const query = { seq: from, next_by_subj: subject };
      const message = await connection.answer(jsm.streams.getMessage(this.stream, query));
      if (!message || message.seq >= sequence) return;
      await this.erase(message.seq);
      from = message.seq + 1;
    }
  }

  /** Removes a value and overwrites its bytes, as above. One that is gone already is none to complain about. */
  async erase(sequence: number): Promise<void> {
    const { jsm, connection } = this.log;
    try {
      await connection.answer(jsm.streams.deleteMessage(this.stream, sequence, true));
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== MESSAGE_NOT_FOUND) throw error;
    }
  }

  /** How many values it holds. */
  async count(): Promise<number> {
    const { jsm, connection } = this.log;
    return (await connection.answer(jsm.streams.info(this.stream))).state.messages;
  }

  #subject(key: string): string {
    return `${this.prefix}.${key}`;
  }
}

function unfit(found: StreamConfig, wanted: Partial<StreamConfig>): string[] {
  const members = ["subjects", "storage", "discard", "max_msgs_per_subject"] as const;
  return members.flatMap((member) => {
    const value = JSON.stringify(wanted[member]);
    return JSON.stringify(found[member]) === value ? [] : [`${member} must be ${value}`];
  });
}
