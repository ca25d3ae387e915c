import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import type { PaymentAnswer, PaymentRequest } from "../orders/order";
import { simulatedLatency } from "../orders/simulated-latency";

/** Like the test cards of real providers: these endings make the simulated provider refuse or fail. */
const DECLINED = "0002";
const PROVIDER_DOWN = "0119";

/**
 * Charges a card. The payment id follows from the order id, so charging an order twice is one payment.
 * @throws Error when the provider cannot be reached; the orchestrator retries.
 */
export async function chargePayment(request: PaymentRequest, context: InvocationContext): Promise<PaymentAnswer> {
  await simulatedLatency();
  if (request.card.endsWith(PROVIDER_DOWN)) throw new Error("The payment provider does not answer.");
  if (request.card.endsWith(DECLINED)) return { accepted: false, reason: "The card was declined." };
  context.log(`Charged ${request.amount} for order ${request.orderId}.`);
  return { accepted: true, paymentId: `PAY-${request.orderId}` };
}

df.app.activity("chargePayment", { handler: chargePayment });
