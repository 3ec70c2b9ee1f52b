import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { afterAll, beforeAll, expect, test } from "vitest";
import { schemas } from "../../src/envelope/catalogue/schemas.generated.js";
import { CLOSE_CODES } from "../../src/wire/socket.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, newRun } from "./requests.js";
import { isTold, openSocket } from "./socket-client.js";
import { readUntil } from "./sse-reader.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

test("the schema of close codes has those that the server uses, and no other", () => {
  const { oneOf } = schemas["socket/close-code.json"] as { oneOf?: { const: number }[] };
  const described = (oneOf ?? []).map((each) => each.const);
  expect(described).toEqual(Object.values(CLOSE_CODES).sort((a, b) => a - b));
});

test("what the server says fits the schema of its messages", async () => {
  const ajv = new Ajv2020({ strictRequired: false, allowUnionTypes: true });
  formats.default(ajv);
  for (const schema of Object.values(schemas)) ajv.addSchema(schema);
  const run = newRun();
  await append(served.url, run, [draft(1), { type: "run.completed", payload: { durationMs: 1 } }]);
  const { ws, say, messages } = await openSocket(served.url);
  say({ op: "subscribe", sub: "a", scope: run, snapshot: true, after: "0.other" });
  const told = await readUntil(messages, isTold("end"));
  say({ op: "subscribe", sub: "a", scope: run, to: 1 });
  told.push(...(await readUntil(messages, isTold("unsubscribed"))));
  say({ op: "subscribe", sub: "b", scope: "nowhere" });
  say({});
  told.push(...(await readUntil(messages, ({ op, sub }) => op === "error" && sub === undefined)));
  expect(new Set(told.map(({ op }) => op))).toEqual(
    new Set(["open", "gap", "events", "caught-up", "end", "checkpoint", "unsubscribed", "error"]),
  );
  for (const { text } of told) {
    const fits = ajv.validate(schemas["socket/server-message.json"].$id, JSON.parse(text));
    expect(fits, `${text}: ${ajv.errorsText()}`).toBe(true);
  }
  ws.close();
});
