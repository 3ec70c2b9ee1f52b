import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import type { Pack } from "../envelope/catalogue/pack.generated.js";
import { flawsOfGraph, type PackFlaw } from "./pack-graph.js";
import { flawsOfParams } from "./pack-params.js";
import { flawOfPack } from "./pack-schema.js";

/** What is wrong with a pack file, and where. */
export interface PackProblem {
  /** Counted from 1. */
  line: number;
  column: number;
  /** RFC 6901 pointer into the pack; empty for the file as a whole. */
  pointer: string;
  message: string;
}

export type ParsedPack = { ok: true; pack: Pack } | { ok: false; problems: PackProblem[] };

/** Reads a pack file: YAML (or JSON) that fits schemas/pack.json, and whose steps can all be reached. */
export function parsePack(text: string): ParsedPack {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => {
      return { ...placeOf(lines, pos[0]), pointer: "", message };
    });
    return { ok: false, problems };
  }
  const value: unknown = document.toJS();
  const flaws = flawsOf(value);
  if (flaws.length === 0) return { ok: true, pack: value as Pack };
  const problems = flaws.map(({ pointer, message }) => {
    return { ...placeOf(lines, offsetOf(document, pointer)), pointer, message };
  });
  return { ok: false, problems };
}

function flawsOf(value: unknown): PackFlaw[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [{ pointer: "", message: "a pack file is a mapping with the members pack and steps" }];
  }
  const flaw = flawOfPack(value);
  if (flaw !== undefined) return [flaw];
  const pack = value as Pack;
  return [...flawsOfParams(pack), ...flawsOfGraph(pack)];
}

function placeOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Where in the text a pointer points to: to the member's name, and for what is missing, to what should hold it. */
function offsetOf(document: Document, pointer: string): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  const tokens = pointer.split("/").slice(1);
  for (const token of tokens.map((raw) => raw.replaceAll("~1", "/").replaceAll("~0", "~"))) {
    const found = memberOf(node, token);
    if (found === undefined) break;
    ({ offset, node } = found);
  }
  return offset;
}

function memberOf(node: unknown, token: string): { offset: number; node: unknown } | undefined {
  if (!isNode(node) || !("items" in node)) return undefined;
  const item: unknown = isMap(node)
    ? node.items.find(({ key }) => isScalar(key) && String(key.value) === token)
    : node.items[Number(token)];
  const value = isPair(item) ? item.value : item;
  const start = isPair(item) ? item.key : item;
  if (!isNode(start) || !start.range) return undefined;
  return { offset: start.range[0], node: value };
}
