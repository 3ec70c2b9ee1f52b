// `npm start`: a server, and a sample pack of real commands recorded on it, so that there is something to see.
// Arguments are passed on to `runtrail serve`: `npm start -- --port 4290`.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
if (!existsSync(cli)) spawnSync("npm", ["run", "build"], { cwd: folder, stdio: "inherit" });

const server = spawn(process.execPath, [cli, "serve", ...process.argv.slice(2)], {
  cwd: folder,
  env: { RUNTRAIL_LOG_LEVEL: "warn", ...process.env },
  stdio: ["ignore", "pipe", "inherit"],
});
// The terminal sends its signals to the server as well; this process ends with it.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.kill(signal));
server.on("exit", (code) => process.exit(code ?? 1));

let said = "";
for await (const text of server.stdout) {
  said += text;
  const url = /ready at (\S+)/.exec(said)?.[1];
  if (!url) continue;
  record(url);
  break;
}
server.stdout.resume();

function record(url) {
  console.log(
    `Runtrail is ready: open ${url} in a browser. Recording a sample pack of real commands:\n`,
  );
  const run = `sample-${Date.now().toString(36)}`;
  const pack = fileURLToPath(new URL("demo.pack.yaml", import.meta.url));
  const runner = spawn(process.execPath, [cli, "run", pack, "--run", run], {
    cwd: folder,
    env: { ...process.env, RUNTRAIL_URL: url },
    stdio: ["ignore", "inherit", "inherit"],
  });
  runner.on("exit", () => {
    const elsewhere = url === "http://127.0.0.1:4280" ? "" : `export RUNTRAIL_URL=${url}; `;
    console.log(`
Serving at ${url} until Ctrl-C: open it in a browser, or in a second terminal, in this folder:

  ${elsewhere}npx runtrail tail runs/${run}
  ${elsewhere}npx runtrail verify runs/${run}
  ${elsewhere}npx runtrail exec -- npm run check
  curl -N ${url}/v1/runs/${run}/stream

README.md goes on from here.`);
  });
}
