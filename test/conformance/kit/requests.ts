import assert from "node:assert/strict";

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** Where an event has been stored. */
export interface Stored {
  outcome: "appended" | "duplicate";
  id: string;
  index: number;
  sequence: number;
  cursor: string;
  hash: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  pointer?: string;
  currentIndex?: number;
}

/** What a draft that was not stored is answered with, among others. */
export interface Refused {
  outcome: "conflict" | "invalid" | "not-applied" | "unavailable";
  problem: Problem;
}

export interface Envelope {
  v: number;
  id: string;
  type: string;
  origin: string;
  tenant: string;
  scope: string;
  index: number;
  prev: string | null;
  correlationId: string;
  occurredAt: string;
  source: string;
  payload: Record<string, unknown>;
  hash: string;
}

export interface EventRecord {
  sequence: number;
  cursor: string;
  recordedAt: string;
  event: Envelope;
}

export interface Page {
  events: EventRecord[];
  next: string;
  previous: string;
  caughtUp: boolean;
  gap?: { reason: string; requested: string };
}

/** Sends JSON text as it is, or a value as JSON. */
export async function post<Body>(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return answerOf<Body>(response);
}

export async function get<Body>(
  url: string,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  return answerOf<Body>(await fetch(url, { headers }));
}

async function answerOf<Body>(response: Response): Promise<Answer<Body>> {
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Body };
}

/** The address of a scope's events or stream, or of those of the whole tenant where the scope is empty. */
export function addressOf(base: string, scope: string, resource: "events" | "stream"): string {
  return scope === "" ? `${base}/v1/${resource}` : `${base}/v1/${scope}/${resource}`;
}

/** Appends drafts, all of which must be stored; with an empty scope, each to the one that it names. */
export async function append(
  base: string,
  scope: string,
  drafts: readonly object[],
): Promise<Stored[]> {
  const { body } = await post<(Stored | Refused)[]>(addressOf(base, scope, "events"), drafts);
  return body.map((result) => {
    if ("problem" in result) assert.fail(`${result.problem.code}: ${result.problem.detail}`);
    return result;
  });
}

/** Appends one draft, which must be stored. */
export async function appendOne(base: string, scope: string, draft: object): Promise<Stored> {
  return first(await append(base, scope, [draft]));
}

/** A page of a scope, or of the whole tenant. */
export async function readPage(base: string, scope: string, query = ""): Promise<Page> {
  const { status, body } = await get<Page>(`${addressOf(base, scope, "events")}${query}`);
  assert.equal(status, 200);
  return body;
}

export function indicesOf({ events }: Page): number[] {
  return events.map(({ event }) => event.index);
}

/** The item at a place that must be there, counted from the end where it is negative. */
export function item<T>(items: readonly T[], place: number): T {
  const found = items.at(place);
  assert.ok(found !== undefined, `there is no item ${place} among ${items.length}`);
  return found;
}

export function first<T>(items: readonly T[]): T {
  return item(items, 0);
}

export function last<T>(items: readonly T[]): T {
  return item(items, -1);
}
