import { expect, test } from "vitest";
import {
  MINIMUM_NATS_VERSION,
  TESTED_NATS_VERSION,
  describeUnsupported,
} from "../../src/nats-server/index.js";

test("accepts the minimum, the tested and any newer version", () => {
  for (const version of [
    MINIMUM_NATS_VERSION,
    TESTED_NATS_VERSION,
    "2.12.10",
    "2.100.0",
    "3.0.0",
  ]) {
    expect(describeUnsupported(version)).toBeUndefined();
  }
});

test("refuses an older version and says what to do", () => {
  for (const version of ["2.9.10", "2.12.2", "1.99.99", "2.12.0-RC.1"]) {
    expect(describeUnsupported(version)).toContain(`nats-server ${version} is too old`);
    expect(describeUnsupported(version)).toContain(
      `Upgrade it to nats-server ${MINIMUM_NATS_VERSION}`,
    );
  }
});

test("refuses a version it cannot read", () => {
  expect(describeUnsupported("nightly")).toContain(`"nightly", which cannot be read`);
});
