import { createPrivateKey, randomBytes, sign, type KeyObject } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { publicKeyOf } from "../audit/ed25519.js";
import type { NoteSigner } from "../audit/note.js";
import { verifierKey, type VerifierKey } from "../audit/verifier-key.js";

/** A file of a signing key that cannot be used. */
export class SigningKeyError extends Error {
  override readonly name = "SigningKeyError";
}

const PREFIX = "PRIVATE+KEY+";
const ED25519 = 0x01;
const SEED_BYTES = 32;
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * The key that a log's checkpoints are signed with, from a file in the form of
 * golang.org/x/mod/sumdb/note, `PRIVATE+KEY+<name>+<key id>+<base64>`. Where there is no file one is made,
 * readable by its owner alone.
 *
 * @param name the log's origin; a key of another name is refused
 * @throws SigningKeyError
 */
export async function loadSigningKey(file: string, name: string): Promise<NoteSigner> {
  const text = await readOrMake(file, name);
  const [, keyName, keyId, encoded = ""] =
    /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(encoded, "base64");
  const seed = bytes.subarray(1);
  if (bytes[0] !== ED25519 || seed.length !== SEED_BYTES) {
    throw new SigningKeyError(`${file} holds no key of the form ${PREFIX}<name>+<key id>+<base64>`);
  }
  if (keyName !== name) {
    throw new SigningKeyError(
      `${file} holds the key of ${keyName ?? ""}, and this log is ${name}: name another file in RUNTRAIL_SEAL_KEY`,
    );
  }
  const signer = signerOf(name, seed);
  if (signer.key.keyId === keyId) return signer;
  throw new SigningKeyError(`${file} is damaged: the key in it has the id ${signer.key.keyId}`);
}

function signerOf(name: string, seed: Uint8Array): NoteSigner {
  const secret: KeyObject = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: "der",
    type: "pkcs8",
  });
  // Node's own is fifty times as fast as the portable one.
  return { key: keyOf(name, seed), sign: (message) => sign(null, message, secret) };
}

function keyOf(name: string, seed: Uint8Array): VerifierKey {
  return verifierKey(name, publicKeyOf(seed));
}

async function readOrMake(file: string, name: string): Promise<string> {
  const found = await readFile(file, "utf8").catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new SigningKeyError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
  if (found !== undefined) return found;
  const seed = randomBytes(SEED_BYTES);
  const encoded = Buffer.concat([Uint8Array.of(ED25519), seed]).toString("base64");
  const text = `${PREFIX}${name}+${keyOf(name, seed).keyId}+${encoded}\n`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeOnce(file, text);
  return readFile(file, "utf8");
}

/** Writes a file whole, unless there is one by now. */
async function writeOnce(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  try {
    const handle = await open(draft, "w", 0o600);
    try {
      await handle.writeFile(text);
      // A key that has signed and is lost in a power cut would look like a rotation nobody asked for.
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return;
    throw new SigningKeyError(`${file} cannot be written: ${(cause as Error).message}`, { cause });
  } finally {
    await rm(draft, { force: true });
  }
}
