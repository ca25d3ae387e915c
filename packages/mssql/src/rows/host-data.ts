import { isDeepStrictEqual } from "node:util";

/** What reading the columns alone would get wrong about a thing: fields to set, and fields to take away. */
export interface Leftover {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly unset?: readonly string[];
}

/** Texts that a varchar column may have lost characters of, by what they are. */
export interface ExactTexts {
  readonly text?: string;
  readonly reason?: string;
  readonly name?: string;
  readonly traceContext?: string;
}

/**
 * The one column that is added to Microsoft's tables, `Payloads.HostData`: JSON of what their columns cannot hold. A row
 * of Microsoft's provider has none. Rows may share a payload (a start and the input of its instance), so each kind of
 * thing has a part of its own.
 */
export interface HostData extends ExactTexts {
  readonly event?: Leftover | undefined;
  readonly message?: Leftover | undefined;
  readonly task?: Leftover | undefined;
  readonly instance?: Leftover | undefined;
}

/** As it is written; null when nothing is left over. */
export function hostDataJson(data: HostData): string | null {
  const json = JSON.stringify(data);
  return json === "{}" ? null : json;
}

/** Reads HostData; an empty object for null. @throws SyntaxError for anything this provider did not write */
export function parseHostData(json: string | null): HostData {
  if (json === null) return {};
  const value: unknown = JSON.parse(json);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as HostData;
  throw new SyntaxError("HostData holds no JSON object.");
}

/** The HostData of a payload that two rows share. Exact texts are of the same text; each row's leftovers are its own. */
export function mergeHostData(first: string | null, second: string | null): string | null {
  if (first === null) return second;
  return hostDataJson({ ...parseHostData(first), ...parseHostData(second) });
}

/** What `read` (from the columns) lacks or has too much, compared to what is true. */
export function leftoverOf(read: object, actual: object): Leftover | undefined {
  const held = new Map<string, unknown>(Object.entries(read));
  const wanted = Object.entries(actual).filter(([, value]) => value !== undefined);
  const different = wanted.filter(([field, value]) => !isSame(held.get(field), value));
  const fields = new Set(wanted.map(([field]) => field));
  const unset = [...held.keys()].filter((field) => !fields.has(field));
  if (different.length === 0 && unset.length === 0) return undefined;
  return {
    ...(different.length > 0 && { set: Object.fromEntries(different) }),
    ...(unset.length > 0 && { unset }),
  };
}

/** The comparison in depth is slow, and most fields are plain. */
function isSame(held: unknown, value: unknown): boolean {
  return held === value || (typeof value === "object" && isDeepStrictEqual(held, value));
}

/** The thing itself, from what the columns say of it and what they could not say. */
export function withLeftover<T extends object>(read: T, leftover: Leftover | undefined): T {
  if (leftover === undefined) return read;
  const whole = { ...read, ...leftover.set };
  if (leftover.unset === undefined) return whole;
  const unset = new Set(leftover.unset);
  return Object.fromEntries(Object.entries(whole).filter(([field]) => !unset.has(field))) as T;
}
