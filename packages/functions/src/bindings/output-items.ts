import type { WireData } from "../wire/messages";

/**
 * What an output binding is to write, one item each: an array's elements, or the one value. Text and bytes stay as they are,
 * anything else is JSON; null is nothing (contract §2.3, §2.6).
 */
export function outputItems(data: WireData): readonly (string | Buffer)[] {
  if (typeof data["string"] === "string") return [data["string"]];
  if (typeof data["bytes"] === "string") return [Buffer.from(data["bytes"], "base64")];
  if (typeof data["json"] !== "string") return [data["int"] ?? data["double"]].filter(isPresent).map(String);
  const value: unknown = JSON.parse(data["json"]);
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.filter(isPresent).map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
}

/** The same as one item: an array is one JSON text. Undefined for nothing. */
export function wholeOutput(data: WireData): string | Buffer | undefined {
  if (typeof data["json"] === "string") return data["json"] === "null" ? undefined : data["json"];
  return outputItems(data)[0];
}

/** An item as a row of a table. Throws for anything but an object, or JSON text of one. */
export function rowItem(item: string | Buffer): Readonly<Record<string, unknown>> {
  const row: unknown = JSON.parse(item.toString());
  if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as Record<string, unknown>;
  throw new Error("What is written to a table is an object, or an array of objects.");
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
