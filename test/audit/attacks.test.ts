import { describe, expect, test } from "vitest";
import { verdictOf } from "../../src/audit/bundle-summary.js";
import { parseCheckpoint } from "../../src/audit/checkpoint.js";
import type { BundleFinding } from "../../src/audit/finding.js";
import { parseNote } from "../../src/audit/note.js";
import { BundleVerifier } from "../../src/audit/verify-bundle.js";
import { CASES, fileOf, NOTES_TO_COMPARE, type AttackCase } from "./attacks/cases.js";
import { TEST_KEY, TEST_SIGNER } from "./bundles.js";

const EXIT = { holds: 0, tampered: 1, undecided: 2, incomplete: 3 } as const;

function folder(file: string): string {
  return new URL(`../vectors/audit/${file}`, import.meta.url).pathname;
}

function verify({ text, known, minSize = 0, allowsRedacted = false }: AttackCase) {
  const checkpoint = known === undefined ? undefined : parseCheckpoint(parseNote(known).text);
  const verifier = new BundleVerifier({
    keys: [TEST_SIGNER.key],
    remembered: { minSize, checkpoint },
  });
  const lines = text.split("\n").slice(0, -1);
  const findings = lines.flatMap((line) => verifier.check(Buffer.from(line)));
  const last = verifier.finish();
  return {
    findings: [...findings, ...last.findings],
    summary: last.summary,
    exit: EXIT[verdictOf(last.summary, allowsRedacted)],
  };
}

/** The members of a finding that an expectation names. */
function named(finding: BundleFinding, expected: Partial<BundleFinding> | undefined) {
  const members = Object.keys(expected ?? { check: "" }) as (keyof BundleFinding)[];
  return Object.fromEntries(members.map((member) => [member, finding[member]]));
}

describe("a bundle", () => {
  test.each(CASES)("$name: $why", (attack) => {
    const { findings, summary, exit } = verify(attack);
    const found = findings.map((finding, i) => named(finding, attack.findings[i]));
    expect({ found, exit }, JSON.stringify(findings)).toEqual({
      found: attack.findings,
      exit: attack.exit,
    });
    if (attack.exit === 1) return;
    expect(summary.incomplete.map(({ reason }) => reason)).toEqual(attack.incomplete ?? []);
  });

  test.each(CASES.filter((attack) => fileOf(attack).startsWith(`${attack.name}.`)))(
    "of the case $name is the one that is committed",
    async (attack) => {
      await expect(attack.text).toMatchFileSnapshot(folder(fileOf(attack)));
    },
  );
});

test("the list of cases is the one that is committed", async () => {
  const cases = CASES.map((attack) => {
    const { name, text: _, known, ...rest } = attack;
    const note = known === undefined ? {} : { known: `${name}.note` };
    return { name, file: fileOf(attack), ...note, ...rest };
  });
  await expect(`${JSON.stringify({ key: TEST_KEY, cases }, null, 2)}\n`).toMatchFileSnapshot(
    folder("cases.json"),
  );
});

test.each(CASES.filter(({ known }) => known !== undefined))(
  "the remembered checkpoint of $name is the one that is committed",
  async ({ name, known }) => {
    await expect(known).toMatchFileSnapshot(folder(`${name}.note`));
  },
);

test.each(Object.entries(NOTES_TO_COMPARE))(
  "the note %s is the one that is committed",
  async (name, note) => {
    await expect(note).toMatchFileSnapshot(folder(`${name}.note`));
  },
);
