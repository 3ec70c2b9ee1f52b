import { cpus, totalmem } from "node:os";

/** One measured figure: ours and the reference, taken in turns in one run. */
export interface Figure {
  name: string;
  unit: string;
  ours: number;
  reference: number;
  /** Ours to the reference. */
  ratio: number;
  /** What the ratio is to be; undefined where it is told for context only. */
  goal?: string;
  isMet: boolean;
  /** How many of what each side did. */
  n: number;
  /** Whatever else was seen: latencies, CPU. */
  beside: Record<string, number | string>;
}

export function figure(
  measured: Omit<Figure, "ratio" | "goal" | "isMet">,
  goal?: { atLeast: number } | { atMost: number },
): Figure {
  const ratio = measured.ours / measured.reference;
  if (!goal) return { ...measured, ratio, isMet: true };
  const isMet = "atLeast" in goal ? ratio >= goal.atLeast : ratio <= goal.atMost;
  return {
    ...measured,
    ratio,
    goal: "atLeast" in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`,
    isMet,
  };
}

export const MACHINE = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

/** A line of the table that people read; the JSON line is for programs. */
export function row({ name, unit, ours, reference, ratio, goal, isMet, beside }: Figure): string {
  const rest = Object.entries(beside)
    .map(([key, value]) => `${key} ${typeof value === "number" ? short(value) : value}`)
    .join(", ");
  return `| ${name} | ${short(ours)} ${unit} | ${short(reference)} ${unit} | ${short(ratio)} | ${goal ?? ""} | ${goal === undefined ? "" : isMet ? "yes" : "NO"} | ${rest} |`;
}

export const TABLE_HEAD = [
  "| figure | ours | reference | ratio | to beat | met | beside |",
  "| --- | --- | --- | --- | --- | --- | --- |",
].join("\n");

export function short(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
