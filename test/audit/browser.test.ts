import { readFileSync } from "node:fs";
import { launch } from "puppeteer-core";
import { build, type Rolldown } from "vite";
import { expect, onTestFinished, test } from "vitest";
import type { BundleFinding } from "../../src/audit/finding.js";
import { programOf } from "../fixtures/debian-packages.js";
import { BundleVerifier } from "../../src/audit/verify-bundle.js";
