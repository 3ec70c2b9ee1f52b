import { defineConfig } from "vite";
import { scopedCss } from "./scoped-css.js";

/** What of React Runtrail is used with is whatever the application has. */
const REACT = /^react(?:-dom)?(?:\/|$)/;

export default defineConfig({
  root: new URL(".", import.meta.url).pathname,
  // What it is made of asks for it, and a browser has none.
  define: { "process.env.NODE_ENV": '"production"' },
  css: { postcss: { plugins: [scopedCss] } },
  build: {
    outDir: new URL("../../../dist/react/", import.meta.url).pathname,
    emptyOutDir: true,
    target: "es2023",
    minify: false,
    lib: { entry: "entry.ts", formats: ["es"], fileName: "index", cssFileName: "style" },
    rolldownOptions: {
      external: REACT,
      checks: { moduleLevelDirective: false },
      // Frameworks that render on servers leave to browsers what says so.
      output: { banner: '"use client";' },
    },
  },
});
