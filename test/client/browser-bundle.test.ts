import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";

const ENTRY = new URL("../../dist/client/index.js", import.meta.url).pathname;
/** What a page has to load. */
const MAX_GZIPPED_BYTES = 14 * 1024;

/** The client as a page gets it, with everything that it needs. */
async function bundle(): Promise<Rolldown.OutputChunk> {
  const outputs = (await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, lib: { entry: ENTRY, formats: ["es"] } },
  })) as Rolldown.RolldownOutput[];
  const [chunk, ...others] = outputs.flatMap(({ output }) => output);
  if (chunk?.type !== "chunk") throw new Error("the bundle has no code");
  expect(others).toEqual([]);
  return chunk;
}

test("is small in a browser, and asks for nothing that only Node.js has", async ({ annotate }) => {
  const { code, imports, moduleIds } = await bundle();
  expect(imports).toEqual([]);
  // Vite puts an empty module in the place of what a browser does not have.
  expect(moduleIds.filter((id) => id.includes("browser-external"))).toEqual([]);
  expect(code).not.toMatch(/\bnode:|\bBuffer\b|\bprocess\.|\brequire\(|\bglobal\./);
  // Schemas belong to the server.
  expect(moduleIds.filter((id) => id.includes("schemas.generated"))).toEqual([]);
  const bytes = gzipSync(code).length;
  await annotate(`the client's bundle: ${code.length} characters, ${bytes} bytes gzipped`);
  expect(bytes).toBeLessThan(MAX_GZIPPED_BYTES);
});

test("runs as a bundle, by itself", async () => {
  const { code } = await bundle();
  const url = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
  const { follow, append } = (await import(url)) as Record<string, unknown>;
  expect([typeof follow, typeof append]).toEqual(["function", "function"]);
});
