import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const FOLDER = new URL("../../dist/ui/", import.meta.url).pathname;

/** Compressed once here, so that the server never does. */
const compressed: Plugin = {
  name: "compressed",
  closeBundle: () => {
    for (const name of readdirSync(FOLDER, { recursive: true, encoding: "utf8" })) {
      if (!/\.(?:html|js|css|svg)$/.test(name)) continue;
      const file = join(FOLDER, name);
      const content = readFileSync(file);
      writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
      const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
      writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
    }
  },
};

export default defineConfig({
  root: new URL(".", import.meta.url).pathname,
  plugins: [compressed],
  worker: { format: "es" },
  build: {
    outDir: FOLDER,
    emptyOutDir: true,
    target: "es2023",
    // The server's Content-Security-Policy allows no data: but images, and nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // "use client" says nothing to a browser.
      checks: { moduleLevelDirective: false },
      // What is needed at first comes in one file, also where parts that are loaded later need some of it too.
      output: { codeSplitting: { groups: [{ name: "index", tags: ["$initial"] }] } },
    },
  },
});
