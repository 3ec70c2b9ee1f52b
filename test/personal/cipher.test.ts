import { createDecipheriv } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalize } from "../../src/envelope/canonical.js";
import {
  decryptValue,
  DecryptionError,
  encryptedLength,
  encryptValue,
  readEncrypted,
} from "../../src/personal/cipher.js";
import { payload } from "../envelope/arbitraries.js";

const key = Uint8Array.from({ length: 32 }, (_, i) => i);
const binding = { tenant: "acme", scope: "runs/r-1", id: "event-0001" };

describe("an encrypted value", () => {
  test("is the value again for whoever has the key and the event, and no longer than foreseen", async () => {
    await fc.assert(
      fc.asyncProperty(payload, async (value) => {
        const data = await encryptValue(value, "k", key, binding);
        expect(await decryptValue(data, key, binding)).toEqual(value);
        const longest = encryptedLength(Buffer.byteLength(canonicalize(value)));
        expect(
          JSON.stringify({ $enc: { ...data, keyId: "0".repeat(32) } }).length,
        ).toBeLessThanOrEqual(longest);
      }),
    );
  });

  test("is what the protocol says, for a decoder of another make", async () => {
    const { iv, ciphertext, alg } = await encryptValue({ b: 1, a: "é" }, "k", key, binding);
    const bytes = Buffer.from(ciphertext, "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64"));
    decipher.setAAD(Buffer.from("acme runs/r-1 event-0001"));
    decipher.setAuthTag(bytes.subarray(-16));
    const text =
      decipher.update(bytes.subarray(0, -16), undefined, "utf8") + decipher.final("utf8");
    expect([alg, text]).toEqual(["A256GCM", '{"a":"é","b":1}']);
  });

  test("is another one each time", async () => {
    const [one, two] = await Promise.all([1, 2].map(() => encryptValue("x", "k", key, binding)));
    expect(one?.iv).not.toBe(two?.iv);
    expect(one?.ciphertext).not.toBe(two?.ciphertext);
  });

  test.each([
    ["tenant", "other"],
    ["scope", "runs/r-2"],
    ["id", "event-0002"],
  ])("cannot be read when it is moved to another %s", async (member, value) => {
    const data = await encryptValue("x", "k", key, binding);
    await expect(decryptValue(data, key, { ...binding, [member]: value })).rejects.toThrow(
      DecryptionError,
    );
  });

  test("cannot be read when a byte of it is another, or with another key", async () => {
    const data = await encryptValue("x", "k", key, binding);
    const bytes = Buffer.from(data.ciphertext, "base64");
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    const altered = { ...data, ciphertext: bytes.toString("base64") };
    await expect(decryptValue(altered, key, binding)).rejects.toThrow(DecryptionError);
    await expect(decryptValue(data, key.toReversed(), binding)).rejects.toThrow(DecryptionError);
  });
});

test("what only looks like encrypted data is left alone", () => {
  const data = { keyId: "k", alg: "A256GCM", iv: "", ciphertext: "" };
  expect(readEncrypted({ $enc: data })).toEqual(data);
  expect(readEncrypted({ $enc: data, more: 1 })).toBeUndefined();
  expect(readEncrypted({ $enc: { ...data, alg: "none" } })).toBeUndefined();
  expect(readEncrypted({ $enc: "text" })).toBeUndefined();
});
