import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeHash, formatCheckpoint, parseCheckpoint } from "../../src/audit/checkpoint.js";
import { verifyEd25519, verifyPortably } from "../../src/audit/ed25519.js";
import {
  MalformedNoteError,
  noteSigner,
  parseNote,
  signNote,
  verifyNote,
} from "../../src/audit/note.js";
import {
  formatVerifierKey,
  MalformedVerifierKeyError,
  parseVerifierKey,
} from "../../src/audit/verifier-key.js";

function vectors(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/note/${file}`, import.meta.url), "utf8"));
}
const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

interface NoteVector {
  id: string;
  vkeys: string[];
  note: string;
  valid: boolean;
  from: string;
}

const NOTES = vectors("notes.json") as NoteVector[];

describe("a signed note", () => {
  test.each(NOTES)("$id: valid is $valid", (vector) => {
    const { note, vkeys, valid } = vector;
    const isValid = () => {
      try {
        return verifyNote(parseNote(note), vkeys.map(parseVerifierKey)).outcome === "signed";
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedNoteError);
        return false;
      }
    };
    expect(isValid()).toBe(valid);
    if (valid && vector.from.includes("checkpoint")) {
      const { text } = parseNote(note);
      expect(formatCheckpoint(parseCheckpoint(text))).toBe(text);
    }
  });

  test("that we signed is verified with our key, and not with another one of the same name", () => {
    const signer = noteSigner("log.example/prod", new Uint8Array(32).fill(7));
    const other = noteSigner("log.example/prod", new Uint8Array(32).fill(8));
    const note = signNote("a text\n", [signer, other]);
    const parsed = parseNote(note);
    expect(verifyNote(parsed, [signer.key, other.key])).toEqual({
      outcome: "signed",
      by: [signer.key, other.key],
    });
    const stranger = noteSigner("log.example/prod", new Uint8Array(32).fill(9));
    expect(verifyNote(parsed, [stranger.key])).toEqual({
      outcome: "unknown",
      signers: [signer, other].map(({ key }) => `log.example/prod+${key.keyId}`),
    });
    const edited = parseNote(note.replace("a text", "b text"));
    expect(verifyNote(edited, [other.key])).toEqual({ outcome: "forged", by: other.key });
  });

  test.each([
    ["an empty text", ""],
    ["a text without an end", "text\n\n— a AAAAAAAA"],
    ["a name with a plus", "text\n\n— a+b AAAAAAAA\n"],
    ["a signature without bytes", "text\n\n— a AAAAAA==\n"],
    ["base64 with a line of its own", "text\n\n— a AAAA\nAAAA\n"],
    ["a lone surrogate", "\ud800\n\n— a AAAAAAAA\n"],
    ["a hundred and one signatures", `text\n\n${"— a AAAAAAAA\n".repeat(101)}`],
    ["a megabyte", `${"x".repeat(1_000_001)}\n\n— a AAAAAAAA\n`],
  ])("is not %s", (_, text) => {
    expect(() => parseNote(text)).toThrow(MalformedNoteError);
  });
});

describe("a verifier key", () => {
  test.each(vectors("vkeys-invalid.json") as string[])("is not %j", (text) => {
    expect(() => parseVerifierKey(text)).toThrow(MalformedVerifierKeyError);
  });

  test.each(NOTES.flatMap(({ vkeys }) => vkeys))("is read and written back: %s", (text) => {
    expect(formatVerifierKey(parseVerifierKey(text))).toBe(text);
  });
});

describe("a checkpoint", () => {
  interface FormatVector {
    note: string;
    origin: string;
    size: number;
    root: string;
  }
  test.each(vectors("format-only.json") as FormatVector[])("is read from $note", (vector) => {
    const checkpoint = parseCheckpoint(parseNote(vector.note).text);
    expect({ ...checkpoint, root: base64(checkpoint.root) }).toMatchObject({
      origin: vector.origin,
      size: vector.size,
      root: vector.root,
      extensions: [],
    });
  });

  const root = base64(new Uint8Array(32));
  test.each([
    ["no origin", `\n1\n${root}\n`],
    ["a size that is no number", `o\none\n${root}\n`],
    ["a size with a zero before it", `o\n01\n${root}\n`],
    ["a negative size", `o\n-1\n${root}\n`],
    ["a size that no double holds", `o\n9007199254740993\n${root}\n`],
    ["a root of 31 bytes", `o\n1\n${base64(new Uint8Array(31))}\n`],
    ["a root that is not base64", "o\n1\n!\n"],
    ["an empty line", `o\n1\n${root}\n\nx\n`],
    ["no line end", `o\n1\n${root}`],
    ["two lines", "o\n1\n"],
  ])("does not have %s", (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(MalformedNoteError);
  });
});

interface WycheproofGroup {
  publicKey: { pk: string };
  tests: { tcId: number; comment: string; msg: string; sig: string; result: string }[];
}

test.each([
  ["as it is verified here", verifyEd25519],
  ["as it is verified in a browser", verifyPortably],
])("Ed25519, %s, takes and refuses what Wycheproof says", (_, verify) => {
  const { testGroups } = vectors("wycheproof/ed25519_test.json") as {
    testGroups: WycheproofGroup[];
  };
  const wrong = testGroups.flatMap(({ publicKey, tests }) =>
    tests.filter(({ msg, sig, result }) => {
      return verify(hex(publicKey.pk), hex(msg), hex(sig)) !== (result === "valid");
    }),
  );
  expect(wrong).toEqual([]);
  expect(testGroups.flatMap(({ tests }) => tests).length).toBeGreaterThan(100);
});

test("Ed25519 keys of small order, and keys written in another way, are nobody's", () => {
  const keys = [
    // The neutral element, a point of order 4, and the neutral element with y written as p + 1.
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ];
  // With R the neutral element and S 0, the equation holds for any message.
  const signature = hex(`01${"00".repeat(63)}`);
  for (const key of keys) expect(verifyEd25519(hex(key), hex("00"), signature), key).toBe(false);
});

test("the base64 of a hash is taken in its one form only", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(43), (bytes, place) => {
      const encoded = base64(bytes);
      expect(decodeHash(encoded)).toEqual(bytes);
      for (const letter of ["=", "-", "_", " ", "\n", "é", "\u{1f600}", ""]) {
        const other = `${encoded.slice(0, place)}${letter}${encoded.slice(place + 1)}`;
        if (other !== encoded) expect(decodeHash(other)).toBeUndefined();
      }
      // The same bytes, and bits behind them that are not 0.
      const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
      const last = letters.indexOf(encoded.charAt(42));
      expect(decodeHash(`${encoded.slice(0, 42)}${letters.charAt(last + 1)}=`)).toBeUndefined();
    }),
  );
});
