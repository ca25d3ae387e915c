import * as df from "durable-functions";
import { shippedAt } from "../orders/tracking-number";
import { numberSetting } from "../settings";

/** Where a shipment is. */
export type ShipmentState = "InTransit" | "Delivered" | "Unknown";

/** Asks the simulated carrier, which delivers SHIPMENT_TRANSIT_SECONDS after shipping. */
export function trackShipment(trackingNumber: string): ShipmentState {
  const left = shippedAt(trackingNumber);
  if (left === undefined) return "Unknown";
  return Date.now() - left >= numberSetting("SHIPMENT_TRANSIT_SECONDS") * 1000 ? "Delivered" : "InTransit";
}

df.app.activity("trackShipment", { handler: trackShipment });
