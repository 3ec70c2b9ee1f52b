// `npm test`: everything, on real parts, also in a checkout where nothing is installed yet.
// Arguments are passed on to vitest: `npm test -- test/publisher`.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

function run(command, args) {
  const { status, signal, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? (signal ? 1 : 0));
}

process.chdir(new URL("..", import.meta.url).pathname);

const installed = "node_modules/.package-lock.json";
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync("package-lock.json").mtimeMs) {
  run("npm", ["ci"]);
} else {
  run("npm", ["run", "--silent", "build"]);
}
run(process.execPath, [
  "node_modules/vitest/vitest.mjs",
  "run",
  "--config",
  "test/vitest.config.ts",
  ...process.argv.slice(2),
]);
