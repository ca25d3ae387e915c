import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";
import type { Order, Shipment, ShipmentRequest } from "./order";
import type { Saga } from "./saga";
import type { Step } from "./step";

/** Hands all lines to the carrier at once and waits for every answer; then the reserved units have left the house. */
export function* shipOrder(context: OrchestrationContext, order: Order, saga: Saga): Step<readonly Shipment[]> {
  const orderId = context.df.instanceId;
  const shippedAt = context.df.currentUtcDateTime.toISOString();
  const requests = order.lines.map((line): ShipmentRequest => ({ orderId, line, address: order.address, shippedAt }));
  for (const request of requests) saga.undoWith("cancelShipment", request);
  const shipments: Shipment[] = yield context.df.Task.all(
    requests.map((request) => context.df.callActivity("shipLine", request)),
  );
  for (const line of order.lines) {
    context.df.signalEntity(new df.EntityId("inventory", line.sku), "ship", { orderId });
  }
  return shipments;
}
