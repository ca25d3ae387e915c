import type { WireData } from "../wire/messages";

/** Typed data from the wire: `bytes` arrives as base64 text. */
export function fromWire(data: WireData): Record<string, unknown> {
  return typeof data["bytes"] === "string" ? { ...data, bytes: Buffer.from(data["bytes"], "base64") } : { ...data };
}

/** Typed data for the wire. */
export function toWire(data: Readonly<Record<string, unknown>>): WireData {
  const { bytes } = data;
  return bytes instanceof Uint8Array ? { ...data, bytes: Buffer.from(bytes).toString("base64") } : data;
}
