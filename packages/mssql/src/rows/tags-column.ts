import { DurableHostError } from "@durable-host/engine";
import { byteLength, COLUMN_BYTES } from "./column-limits";
import { UTF8, type TextStorage } from "./exact-text";
import { asciiJson } from "./reason-data";

export type Tags = Readonly<Record<string, string>>;

/**
 * Tags as the column holds them: a flat JSON object, or null for none and for more than it can hold. Characters that a
 * column of an older collation would lose are written as JSON's escapes, which every reader understands.
 */
export function tagsColumn(tags: Tags | undefined, { isUtf8 }: TextStorage = UTF8): string | null {
  if (tags === undefined || Object.keys(tags).length === 0) return null;
  const json = isUtf8 ? JSON.stringify(tags) : asciiJson(JSON.stringify(tags));
  return byteLength(json) <= COLUMN_BYTES.tags ? json : null;
}

/**
 * Refuses the tags of a client that the column cannot hold (contract §3.4).
 * @throws DurableHostError INVALID_ARGUMENT
 */
export function checkTags(tags: Tags | undefined): void {
  if (!areTooManyTags(tags)) return;
  throw new DurableHostError(
    "INVALID_ARGUMENT",
    `The tags have ${byteLength(JSON.stringify(tags))} bytes as JSON. SQL Server keeps at most ${COLUMN_BYTES.tags}: use fewer or shorter ones.`,
  );
}

/** Tells whether the column cannot hold these tags. What inherits such tags goes without, and its owner is warned. */
export function areTooManyTags(tags: Tags | undefined): boolean {
  return tags !== undefined && byteLength(JSON.stringify(tags)) > COLUMN_BYTES.tags;
}

/** Reads the column; undefined for none, and for text that is no flat object of strings. */
export function parseTagsColumn(column: string | null): Tags | undefined {
  if (!column) return undefined;
  try {
    const value: unknown = JSON.parse(column);
    return isTags(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTags(value: unknown): value is Tags {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((tag) => typeof tag === "string");
}
