import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import type { ShipmentRequest } from "../orders/order";
import { simulatedLatency } from "../orders/simulated-latency";
import { trackingNumber } from "../orders/tracking-number";

/** Undoes `shipLine`. Harmless when the line was never shipped. */
export async function cancelShipment(request: ShipmentRequest, context: InvocationContext): Promise<void> {
  await simulatedLatency();
  context.log(`Cancelled shipment ${trackingNumber(request)}.`);
}

df.app.activity("cancelShipment", { handler: cancelShipment });
