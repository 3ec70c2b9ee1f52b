// @ts-check
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/**
 * The layers of src/, lowest first. A file may import from its own layer and from those named; a pure
 * layer runs in a browser, so it may import neither `node:` modules nor the NATS client.
 */
const layers = [
  { name: "envelope", pure: true, uses: [] },
  { name: "wire", pure: true, uses: ["envelope"] },
  { name: "personal", pure: true, uses: ["envelope"] },
  { name: "redaction", pure: true, uses: ["envelope"] },
  { name: "audit", pure: true, uses: ["envelope", "wire"] },
  { name: "projections", pure: true, uses: ["envelope", "wire"] },
  { name: "client", pure: true, uses: ["envelope", "wire", "personal", "projections", "audit"] },
  {
    name: "ui",
    pure: true,
    uses: ["envelope", "wire", "projections", "audit", "personal", "client"],
  },
  { name: "nats-server", pure: false, uses: [] },
  { name: "log", pure: false, uses: ["envelope", "wire"] },
  { name: "publisher", pure: false, uses: ["envelope", "wire", "personal", "redaction", "log"] },
  { name: "retention", pure: false, uses: ["envelope", "wire", "log"] },
  { name: "coordinator", pure: false, uses: ["envelope", "wire", "projections", "log"] },
  { name: "subscriptions", pure: false, uses: ["envelope", "wire", "log", "coordinator"] },
  { name: "sealer", pure: false, uses: ["envelope", "audit", "log"] },
  { name: "readmodel", pure: false, uses: ["envelope", "projections", "log"] },
  {
    name: "http",
    pure: false,
    uses: [
      "envelope",
      "wire",
      "projections",
      "personal",
      "redaction",
      "audit",
      "log",
      "publisher",
      "retention",
      "coordinator",
      "subscriptions",
      "sealer",
      "readmodel",
    ],
  },
  { name: "runner", pure: false, uses: ["envelope", "wire", "client"] },
];

const boundaries = layers.map(({ name, pure, uses }) => {
  const forbidden = layers.map((l) => l.name).filter((l) => l !== name && !uses.includes(l));
  const patterns = [
    {
      group: [...forbidden, "cli"].flatMap((l) => [`**/${l}/*`, `**/${l}/**`]),
      message: `src/${name} may import only from: ${uses.join(", ") || "itself"}.`,
    },
  ];
  if (name !== "log") {
    patterns.push({
      group: ["@nats-io/*"],
      message: "Only src/log talks to NATS.",
    });
  }
  if (pure) {
    patterns.push({ group: ["node:*"], message: `src/${name} runs in a browser.` });
  }
  return defineConfig({
    files: [`src/${name}/**/*.{ts,tsx}`],
    // Says how the application is built, and runs nowhere else.
    ignores: ["src/ui/vite.config.ts", "src/ui/react/vite.config.ts"],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns }] },
  });
});

export default defineConfig(
  { ignores: ["dist/", "**/node_modules/", "**/*.generated.ts", "test-results/", ".runtrail/"] },
  js.configs.recommended,
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: {
      globals: { process: "readonly", console: "readonly", URL: "readonly", fetch: "readonly" },
    },
  },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      eqeqeq: "error",
    },
  },
  {
    files: ["src/ui/**/*.tsx"],
    plugins: { "react-hooks": reactHooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
    },
  },
  boundaries,
);
