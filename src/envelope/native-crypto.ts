/**
 * Node's own cryptography, which is several times as fast as the portable one. It is looked up, not
 * imported, so that the same file bundles for a browser, where there is no `process`; there it is undefined.
 */
export const nativeCrypto = (
  globalThis as { process?: Partial<NodeJS.Process> }
).process?.getBuiltinModule?.("node:crypto");
