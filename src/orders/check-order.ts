import type { Order, OrderLine } from "./order";

/** An SKU is part of an entity key and of URLs, so it is limited to characters that need no escaping. */
const SKU = /^[A-Za-z0-9_-]{1,64}$/;

/** Either an order to work on, or every reason why there is none. */
export type OrderCheck =
  { readonly ok: true; readonly order: Order } | { readonly ok: false; readonly problems: readonly string[] };

/** Tells whether a text can be an SKU. */
export function isSku(value: unknown): value is string {
  return typeof value === "string" && SKU.test(value);
}

/** Checks what a customer sent. Lines with the same SKU and price are merged, so that each entity is locked once. */
export function checkOrder(value: unknown): OrderCheck {
  if (!isRecord(value)) return { ok: false, problems: ["the order must be a JSON object"] };
  const problems: string[] = [];
  const customer = value["customer"];
  if (typeof customer !== "string" || customer.trim() === "") problems.push("customer must be a non-empty text");
  const lines = checkLines(value["lines"], problems);
  const card = optionalText(value, "card", "4000000000000000", problems);
  const address = optionalText(value, "address", "unknown", problems);
  if (problems.length > 0 || typeof customer !== "string") return { ok: false, problems };
  return { ok: true, order: { customer, lines, card, address } };
}

function checkLines(value: unknown, problems: string[]): OrderLine[] {
  if (!Array.isArray(value) || value.length === 0) {
    problems.push("lines must be a non-empty array");
    return [];
  }
  const bySku = new Map<string, OrderLine>();
  value.forEach((line: unknown, index) => {
    const checked = checkLine(line, `lines[${index}]`, problems);
    if (checked === undefined) return;
    const earlier = bySku.get(checked.sku);
    if (earlier !== undefined && earlier.unitPrice !== checked.unitPrice) {
      problems.push(`lines[${index}].unitPrice differs from an earlier line with sku ${checked.sku}`);
    }
    bySku.set(checked.sku, { ...checked, quantity: checked.quantity + (earlier?.quantity ?? 0) });
  });
  return [...bySku.values()];
}

function checkLine(value: unknown, path: string, problems: string[]): OrderLine | undefined {
  if (!isRecord(value)) {
    problems.push(`${path} must be an object`);
    return undefined;
  }
  const { sku, quantity, unitPrice } = value;
  const found = problems.length;
  if (!isSku(sku)) problems.push(`${path}.sku must be 1 to 64 letters, digits, "-" or "_"`);
  if (!isPositiveInteger(quantity)) problems.push(`${path}.quantity must be a positive integer`);
  if (typeof unitPrice !== "number" || !Number.isFinite(unitPrice) || unitPrice < 0) {
    problems.push(`${path}.unitPrice must be a number of 0 or more`);
  }
  if (problems.length > found) return undefined;
  return { sku: String(sku), quantity: Number(quantity), unitPrice: Number(unitPrice) };
}

function optionalText(value: Record<string, unknown>, key: string, fallback: string, problems: string[]): string {
  const text = value[key];
  if (text === undefined || text === null) return fallback;
  if (typeof text === "string" && text !== "") return text;
  problems.push(`${key} must be a non-empty text`);
  return fallback;
}

/** Tells whether a value is a number of things: 1, 2, 3, … */
export function isPositiveInteger(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

/** Tells whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
