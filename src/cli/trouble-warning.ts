import { troubleText } from "../client/trouble-text.js";

/** Says on standard error, once, that what is printed may lack the newest events. */
export function troubleWarning(): (state: string) => void {
  let isSaid = false;
  return (state) => {
    if (isSaid) return;
    isSaid = true;
    process.stderr.write(`runtrail: the newest events may be missing: ${troubleText(state)}.\n`);
  };
}
