import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";
import type { OrderPlan, PaymentAnswer, PaymentRequest } from "./order";
import type { Saga } from "./saga";
import type { Step } from "./step";

const ATTEMPTS = 3;

/** Charges the customer's card; an unreachable provider is tried again with growing pauses. */
export function* chargeOrder(context: OrchestrationContext, plan: OrderPlan, saga: Saga): Step<PaymentAnswer> {
  const request: PaymentRequest = { orderId: context.df.instanceId, card: plan.order.card, amount: plan.total };
  const retry = new df.RetryOptions(plan.paymentRetryMilliseconds, ATTEMPTS);
  retry.backoffCoefficient = 2;
  saga.undoWith("refundPayment", request);
  const answer: PaymentAnswer = yield context.df.callActivityWithRetry("chargePayment", retry, request);
  return answer;
}
