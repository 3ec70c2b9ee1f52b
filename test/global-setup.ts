import { ensureNatsServer } from "../src/nats-server/index.js";

/** Finds or installs nats-server once, before the files that need one start side by side. */
export default async function setUp(): Promise<void> {
  await ensureNatsServer(process.env, (line) => {
    process.stderr.write(`${line}\n`);
  });
}
