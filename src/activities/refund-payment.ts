import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import type { PaymentRequest } from "../orders/order";
import { simulatedLatency } from "../orders/simulated-latency";

/** Undoes `chargePayment`. Harmless when nothing was charged. */
export async function refundPayment(request: PaymentRequest, context: InvocationContext): Promise<void> {
  await simulatedLatency();
  context.log(`Refunded ${request.amount} for order ${request.orderId}.`);
}

df.app.activity("refundPayment", { handler: refundPayment });
