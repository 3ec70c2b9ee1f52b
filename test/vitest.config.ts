import { defineConfig, type Plugin } from "vitest/config";

/** A thread starts from a file that Node.js can run: the compiled one. `npm test` compiles before. */
const compiledThreads: Plugin = {
  name: "compiled-threads",
  transform: (code, id) =>
    /\/src\/[^/]+\/[\w-]+-thread\.ts$/.test(id)
      ? code.replace(
          /new URL\("\.\/([\w-]+)-worker\.js", import\.meta\.url\)/,
          (_, name: string) =>
            `new URL(${JSON.stringify(`file://${id.replace("/src/", "/dist/").replace(/[\w-]+\.ts$/, `${name}-worker.js`)}`)})`,
        )
      : undefined,
};

export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  plugins: [compiledThreads],
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/global-setup.ts"],
    // Each file has processes and sockets of its own.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    reporters: ["default", ["json", { outputFile: "test-results/report.json" }]],
  },
});
