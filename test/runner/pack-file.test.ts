import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parsePack } from "../../src/runner/pack-file.js";

function problemsOf(text: string) {
  const parsed = parsePack(text);
  return parsed.ok ? [] : parsed.problems;
}

test.each(["ci", "demo"])("examples/%s.pack.yaml is a pack", async (name) => {
  const text = await readFile(new URL(`../../examples/${name}.pack.yaml`, import.meta.url), "utf8");
  expect(parsePack(text)).toMatchObject({ ok: true, pack: { pack: name } });
});

test.each([
  ["no YAML", "pack: [", 1, 8, "", /Flow sequence/],
  ["an empty file", "", 1, 1, "", /mapping with the members pack and steps/],
  ["a list", "- a", 1, 1, "", /mapping/],
  [
    "a member that is not known",
    "pack: p\nstep: 1\nsteps: [{id: a, run: a}]",
    2,
    1,
    "/step",
    /remove/,
  ],
  ["a missing member", "pack: p\nsteps:\n  - run: x", 3, 5, "/steps/0/id", /add id/],
  [
    "a step that does nothing",
    "pack: p\nsteps:\n  - id: a\n",
    3,
    5,
    "/steps/0/run",
    /add run or approval/,
  ],
  [
    "a version that is a number",
    "pack: p\nversion: 1.4\nsteps: [{id: a, run: a}]",
    2,
    1,
    "/version",
    /string/,
  ],
  [
    "a bad duration",
    "pack: p\nsteps:\n  - id: a\n    run: a\n    timeout: soon",
    5,
    5,
    "/steps/0/timeout",
    /30s/,
  ],
  ["a key that comes twice", "pack: p\npack: q\nsteps: [{id: a, run: a}]", 2, 1, "", /unique/],
  [
    "an id that comes twice",
    "pack: p\nsteps:\n- {id: a, run: a}\n- {id: a, run: a}",
    4,
    4,
    "/steps/1/id",
    /step 1 has/,
  ],
  [
    "a need that no step meets",
    "pack: p\nsteps:\n- {id: a, run: a, needs: [b]}",
    3,
    27,
    "/steps/0/needs/0",
    /no step b/,
  ],
  [
    "a step that needs itself",
    "pack: p\nsteps:\n- {id: a, run: a, needs: [a]}",
    3,
    27,
    "/steps/0/needs/0",
    /itself/,
  ],
  [
    "steps that wait for each other",
    "pack: p\nsteps:\n- {id: x, run: a}\n- {id: a, run: a, needs: [c]}\n- {id: b, run: a, needs: [a]}\n- {id: c, run: a, needs: [b]}",
    4,
    19,
    "/steps/1/needs",
    /a → c → b → a/,
  ],
  [
    "a condition that can never hold",
    "pack: p\nsteps:\n- {id: a, run: a, if: failure()}",
    3,
    19,
    "/steps/0/if",
    /never/,
  ],
  [
    "parameters that steps cannot tell apart",
    "pack: p\nparams: {a-b: 1, A_B: 2}\nsteps: [{id: a, run: a}]",
    2,
    18,
    "/params/A_B",
    /PARAM_A_B/,
  ],
])("names line, column and pointer of %s", (_, text, line, column, pointer, message) => {
  const [problem] = problemsOf(text);
  expect(problem).toMatchObject({ line, column, pointer });
  expect(problem?.message).toMatch(message);
});
