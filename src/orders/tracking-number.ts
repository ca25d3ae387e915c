import type { ShipmentRequest } from "./order";

/** The carrier's number for a shipment: the same for every attempt to ship the same line, and it tells when it left. */
export function trackingNumber(request: ShipmentRequest): string {
  return `TRK.${Date.parse(request.shippedAt).toString(36)}.${request.orderId}.${request.line.sku}`;
}

/** When a shipment left, in milliseconds since the epoch; `undefined` when the text is no tracking number of ours. */
export function shippedAt(number: string): number | undefined {
  const [prefix, time] = number.split(".");
  if (prefix !== "TRK" || time === undefined) return undefined;
  const milliseconds = Number.parseInt(time, 36);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
