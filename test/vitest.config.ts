import { existsSync } from "node:fs";
import { defineConfig, type Plugin } from "vitest/config";

const ROOT = new URL("..", import.meta.url).pathname;

/**
 * Tests run what is shipped: the compiled files, which Node.js loads many times as fast as each test file could
 * compile the sources for itself, and from which threads start. `npm test` compiles before.
 */
const compiled: Plugin = {
  name: "compiled",
  enforce: "pre",
  async resolveId(source, importer, options) {
    if (!source.startsWith(".") || !importer?.startsWith(ROOT)) return null;
    const resolved = await this.resolve(source, importer, { ...options, skipSelf: true });
    const name = /^src\/(.*)\.ts$/.exec(resolved?.id.slice(ROOT.length) ?? "")?.[1];
    const file = `${ROOT}dist/${name ?? ""}.js`;
    return name !== undefined && existsSync(file) ? { id: file, external: true } : null;
  },
};

export default defineConfig({
  root: ROOT,
  plugins: [compiled],
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/global-setup.ts"],
    // Each file has processes and sockets of its own.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/dist\//] } },
    reporters: ["default", ["json", { outputFile: "test-results/report.json" }]],
  },
});
