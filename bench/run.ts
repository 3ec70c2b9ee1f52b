import { appendFigures } from "./append.js";
import { appendHttpFigures } from "./append-http.js";
import { deliverFigures } from "./deliver.js";
import { fanOutFigures } from "./fan-out.js";
import { MACHINE, row, TABLE_HEAD, type Figure } from "./figure.js";
import { hashFigures } from "./hash.js";
import { idleFigures } from "./idle.js";
import { oldRunFigures } from "./old-run.js";
import { sealFigures } from "./seal.js";
import { readModelFigures } from "./read-model.js";
import { rebuildFigures } from "./rebuild.js";
import { replayFigures } from "./replay.js";
import { replaySocketFigures } from "./replay-socket.js";
import { stalledFigures } from "./stalled.js";
import { stormFigures } from "./storm.js";
import { uiFigures } from "./ui.js";
import { verifyFigures } from "./verify.js";

/** What can be measured, by the word that asks for it. */
const BENCHES: Record<string, () => Promise<Figure[]> | Figure[]> = {
  hash: hashFigures,
  append: appendFigures,
  "append-http": appendHttpFigures,
  deliver: deliverFigures,
  "fan-out": fanOutFigures,
  idle: idleFigures,
  "read-model": readModelFigures,
  "old-run": oldRunFigures,
  rebuild: rebuildFigures,
  replay: replayFigures,
  "replay-socket": replaySocketFigures,
  seal: sealFigures,
  stalled: stalledFigures,
  storm: stormFigures,
  ui: uiFigures,
  verify: verifyFigures,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}; there is ${Object.keys(BENCHES).join(", ")}.`);
  process.exit(2);
}

console.log(`${MACHINE}\n\n${TABLE_HEAD}`);
const figures: Figure[] = [];
for (const name of asked.length > 0 ? asked : Object.keys(BENCHES)) {
  for (const measured of (await BENCHES[name]?.()) ?? []) {
    figures.push(measured);
    console.log(row(measured));
  }
}
console.log();
for (const measured of figures) console.log(JSON.stringify({ ...measured, machine: MACHINE }));
process.exit(figures.every(({ isMet }) => isMet) ? 0 : 1);
