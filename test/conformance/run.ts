/**
 * `npm run conformance -- <url>`: checks a server that runs, from outside, against docs/PROTOCOL.md.
 * Exit code 0: it keeps every promise; 1: it does not; 2: it could not be asked.
 */
import type { Case } from "./case.js";
import { chapters } from "./chapters.js";

/** Beyond it a case counts as failed: the heartbeat that one waits for comes every 15 s. */
const PATIENCE_MS = 60_000;

const base = serverUrl(process.argv[2]);
await demandAnswer(base);

let passed = 0;
let failed = 0;
for (const { title, cases } of chapters) {
  console.log(`\n${title}`);
  for (const each of cases) {
    const flaw = await flawOf(each);
    if (flaw === undefined) passed++;
    else failed++;
    console.log(`  ${flaw === undefined ? "ok  " : "FAIL"} ${each.name}`);
    if (flaw !== undefined) console.log(flaw.replaceAll(/^/gm, "       "));
  }
}
console.log(`\n${passed + failed} checks: ${passed} passed, ${failed} failed`);
// What a failed case has left open must not keep the process.
process.exit(failed === 0 ? 0 : 1);

/** What a server does wrong; undefined when it does not. */
async function flawOf({ run }: Case): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, `nothing came for ${PATIENCE_MS / 1000} s`);
  });
  const verdict = run(base).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  try {
    return await Promise.race([verdict, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function serverUrl(text: string | undefined): string {
  if (text !== undefined && /^https?:\/\//.test(text) && URL.canParse(text)) {
    return text.replace(/\/+$/, "");
  }
  return giveUp("Name the server: npm run conformance -- http://127.0.0.1:4280");
}

async function demandAnswer(url: string): Promise<void> {
  await fetch(url).catch((error: unknown) => {
    const { cause } = error as { cause?: { message?: string } };
    giveUp(`${url} does not answer: ${cause?.message ?? String(error)}`);
  });
}

function giveUp(reason: string): never {
  console.error(reason);
  process.exit(2);
}
