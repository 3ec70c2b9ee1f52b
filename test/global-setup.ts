import { ensureNatsServer } from "../src/nats-server/index.js";
import { installMissing } from "./fixtures/debian-packages.js";

/** Finds or installs once what tests run beside ours, before the files that need it start side by side. */
export default async function setUp(): Promise<void> {
  const report = (line: string) => {
    process.stderr.write(`${line}\n`);
  };
  installMissing(report);
  await ensureNatsServer(process.env, report);
}
