import { text } from "node:stream/consumers";
import { closes } from "../../src/envelope/closes.js";
import { listen, type TestServer } from "../client/log-server.js";

export interface Collected {
  scope: string;
  id: string;
  type: string;
  payload: Record<string, unknown>;
}

/**
 * A server that takes events over HTTP as Runtrail does: an array is stored whole or not at all, the same
 * id once, and nothing behind the end of a scope. It can be sent away and called back, with what it holds.
 */
export class Collector {
  readonly events: Collected[] = [];
  /** What becomes of a request; `cut` breaks its connection instead of answering it. */
  onRequest: (drafts: readonly Collected[]) => "answer" | "store-and-cut" | "cut" = () => "answer";
  #server: TestServer | undefined;
  #port = 0;
  #waiting = new Set<() => void>();

  static async start(): Promise<Collector> {
    const collector = new Collector();
    await collector.comeBack();
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async comeBack(): Promise<void> {
    this.#server = await listen((request, response) => {
      void (async () => {
        const drafts = JSON.parse(await text(request)) as Collected[];
        const verdict = this.onRequest(drafts);
        const results = verdict === "cut" ? [] : this.#take(drafts);
        if (verdict === "answer") response.end(JSON.stringify(results));
        else request.socket.destroy();
      })();
    }, this.#port);
    this.#port = Number(new URL(this.#server.url).port);
  }

  async goAway(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** Resolves when what has been collected fits. */
  async until(fits: (events: readonly Collected[]) => boolean): Promise<void> {
    while (!fits(this.events)) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** All log messages of a scope, in order. */
  messages(scope: string): string[] {
    return this.entries(scope).map(({ message }) => message);
  }

  entries(scope: string): { message: string; stream?: string; level: string }[] {
    return this.events
      .filter((event) => event.scope === scope && event.type === "log.appended")
      .flatMap(({ payload }) => payload["entries"] as { message: string; level: string }[]);
  }

  types(scope: string): string[] {
    return this.events.filter((event) => event.scope === scope).map(({ type }) => type);
  }

  #take(drafts: readonly Collected[]) {
    const isKnown = ({ scope, id }: Collected) =>
      this.events.some((event) => event.scope === scope && event.id === id);
    const isClosed = ({ scope }: Collected) =>
      this.events.some((event) => event.scope === scope && closes(scope, event.type));
    const outcomes = drafts.map((draft) => {
      if (isKnown(draft)) return "duplicate";
      return isClosed(draft) ? "conflict" : "appended";
    });
    const isWhole = !outcomes.includes("conflict");
    const results = outcomes.map((outcome, i) => {
      if (outcome === "conflict") return { outcome, problem: { detail: "it has ended" } };
      if (outcome === "appended" && !isWhole) return { outcome: "not-applied", problem: {} };
      const draft = drafts[i];
      if (draft && outcome === "appended") this.events.push(draft);
      return { outcome };
    });
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    return results;
  }
}
