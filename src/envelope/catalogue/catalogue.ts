import type { ScopeKind } from "../scope.js";
import {
  catalogueIndex,
  reservedFamilies,
  type CatalogueType,
  type PayloadByType,
} from "./payloads.generated.js";

export type { CatalogueType, PayloadByType };

/** An event of the catalogue: narrowing on `type` types `payload`. */
export type CatalogueEvent = {
  [T in CatalogueType]: { type: T; payload: PayloadByType[T] };
}[CatalogueType];

/** Lower-case words joined by dots, at least two of them, at most 64 characters: `job.completed`. */
export const EVENT_TYPE_PATTERN = /^(?=.{1,64}$)[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$/;

/** The families (first words of a type) in which only the types of the catalogue are allowed. */
export const RESERVED_FAMILIES: ReadonlySet<string> = new Set(reservedFamilies);

/** Every type of the catalogue, by family. */
export const CATALOGUE_TYPES = Object.keys(catalogueIndex) as readonly CatalogueType[];

// A plain object would answer for `constructor` and `__proto__` as well.
const entries = new Map<string, { readonly terminates?: ScopeKind }>(
  Object.entries(catalogueIndex),
);

/** Whether `type` belongs to a family in which only the types of the catalogue are allowed. */
export function isReservedFamily(type: string): boolean {
  const dot = type.indexOf(".");
  return RESERVED_FAMILIES.has(dot < 0 ? type : type.slice(0, dot));
}

/** Whether `type` is one of the catalogue, under its canonical name. */
export function isCatalogueType(type: string): type is CatalogueType {
  return entries.has(type);
}

/**
 * The kind of scope that an event of this type closes when it is appended to one, or `undefined` for a
 * type that closes nothing.
 */
export function terminates(type: string): ScopeKind | undefined {
  return entries.get(type)?.terminates;
}
