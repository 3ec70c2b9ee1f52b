import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const REPOSITORY = new URL("../../", import.meta.url).pathname;
const TSC = join(REPOSITORY, "node_modules/typescript/bin/tsc");

/** The compiler checks the types of the libraries of the browser and of React too. */
const PATIENCE = { timeout: 180_000 };

/** As somebody writes it who has installed the package. */
const CONSUMER = `
import { RunLog, RunTimeline, useEvents, useRun, type EventEnvelope, type Run } from "runtrail/react";
import "runtrail/react/style.css";

export function Page({ scope }: { scope: string }) {
  const run: Run = useRun(scope, { url: "https://trail.example", token: () => "secret" });
  const { events, isCaughtUp } = useEvents(scope, { type: ["run.*"], level: "warning" });
  const first: EventEnvelope | undefined = events[0];
  const status: string | null | undefined = run.state?.status;
  return (
    <>
      <p>{run.link.state === "error" ? run.link.message : status}</p>
      <p>{isCaughtUp && first?.payload["message"]?.toString()}</p>
      <RunTimeline scope={scope} className="wide" style={{ height: 200 }} />
      <RunLog scope={scope} url="https://trail.example" token="secret" />
      {/* @ts-expect-error -- a log is that of something */}
      <RunLog />
      {/* @ts-expect-error -- there is no such option */}
      <RunTimeline scope={scope} colour="red" />
    </>
  );
}
// @ts-expect-error -- a level is one of six
useEvents("runs/r", { level: "loud" });
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runtrail-consumer-"));
  await mkdir(join(folder, "node_modules/@types"), { recursive: true });
  await symlink(REPOSITORY, join(folder, "node_modules/runtrail"));
  for (const name of ["react", "@types/react", "csstype"]) {
    await symlink(join(REPOSITORY, "node_modules", name), join(folder, "node_modules", name));
  }
  await writeFile(join(folder, "page.tsx"), CONSUMER);
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
});
afterAll(() => rm(folder, { recursive: true }));

for (const [moduleResolution, module] of [
  ["bundler", "esnext"],
  ["nodenext", "nodenext"],
] as const) {
  test(`has types for a consumer that resolves as ${moduleResolution}`, PATIENCE, async () => {
    const compilerOptions = {
      ...{ target: "es2023", lib: ["es2023", "dom", "dom.iterable"], jsx: "react-jsx", types: [] },
      ...{ strict: true, noEmit: true, module, moduleResolution },
      // Styles are what the consumer's bundler makes of them.
      noUncheckedSideEffectImports: false,
    };
    const config = join(folder, `tsconfig.${module}.json`);
    await writeFile(config, JSON.stringify({ compilerOptions, files: ["page.tsx"] }));
    const { stdout } = await promisify(execFile)(process.execPath, [TSC, "-p", config]).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toBe("");
  });
}
