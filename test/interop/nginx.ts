import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programOf } from "../fixtures/debian-packages.js";
import { until } from "../fixtures/until.js";

export interface Nginx {
  url: string;
  stop: () => Promise<void>;
}

/** An nginx with the settings that Debian gives it, in front of a server: a port and `proxy_pass` are all that is added. */
export async function startNginx(target: string): Promise<Nginx> {
  const program = programOf("nginx");
  const folder = await mkdtemp(join(tmpdir(), "runtrail-nginx-"));
  const port = await freePort();
  const configuration = join(folder, "nginx.conf");
  const debian = await readFile("/etc/nginx/nginx.conf", "utf8");
  await writeFile(configuration, configured(debian, folder, port, target));
  const nginx = spawn(
    program,
    ["-e", join(folder, "error.log"), "-c", configuration, "-g", "daemon off;"],
    { stdio: "ignore" },
  );
  const exited = once(nginx, "exit");
  const url = `http://127.0.0.1:${port}`;
  await until("nginx answers", async () => {
    if (nginx.exitCode !== null) {
      throw new Error(await readFile(join(folder, "error.log"), "utf8"));
    }
    return (await fetch(`${url}/healthz`).catch(() => undefined))?.ok;
  });
  return {
    url,
    stop: async () => {
      nginx.kill("SIGTERM");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Debian's configuration, with everything that it would write in a folder and our site for its sites. */
function configured(debian: string, folder: string, port: number, target: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const site = `server { listen 127.0.0.1:${port}; location / { proxy_pass ${target}; } }`;
  return debian
    .replace(/^pid .*$/m, `pid ${folder}/nginx.pid;`)
    .replaceAll(/^(\s*(?:error|access)_log) \S+\//gm, `$1 ${folder}/`)
    .replace(/^\s*include \/etc\/nginx\/conf\.d\/\*\.conf;$/m, temporary.join("\n"))
    .replace(/^\s*include \/etc\/nginx\/sites-enabled\/\*;$/m, site);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
