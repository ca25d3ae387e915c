import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import type { Shipment, ShipmentRequest } from "../orders/order";
import { simulatedLatency } from "../orders/simulated-latency";
import { trackingNumber } from "../orders/tracking-number";

/**
 * Hands one line of an order to the carrier. Shipping the same line twice gives the same shipment.
 * @throws Error when the carrier does not deliver to the address.
 */
export async function shipLine(request: ShipmentRequest, context: InvocationContext): Promise<Shipment> {
  await simulatedLatency();
  if (request.address === "undeliverable") throw new Error(`No carrier delivers ${request.line.sku} to this address.`);
  context.log(`Shipped ${request.line.quantity} x ${request.line.sku} for order ${request.orderId}.`);
  return { sku: request.line.sku, trackingNumber: trackingNumber(request) };
}

df.app.activity("shipLine", { handler: shipLine });
