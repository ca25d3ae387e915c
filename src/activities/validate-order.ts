import * as df from "durable-functions";
import { checkOrder } from "../orders/check-order";
import type { OrderPlan } from "../orders/order";
import { numberSetting } from "../settings";

/** Either a plan, or why the order is refused. */
export type Validation =
  { readonly accepted: true; readonly plan: OrderPlan } | { readonly accepted: false; readonly reason: string };

/**
 * Checks an order and settles, once and for all, what depends on app settings: an activity's result is part of the
 * history, so a later change of settings cannot make a replay take another path.
 */
export function validateOrder(input: unknown): Validation {
  const check = checkOrder(input);
  if (!check.ok) return { accepted: false, reason: `Invalid order: ${check.problems.join("; ")}.` };
  const total = check.order.lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
  return {
    accepted: true,
    plan: {
      order: check.order,
      total,
      needsApproval: total >= numberSetting("ORDER_APPROVAL_THRESHOLD"),
      approvalTimeoutSeconds: numberSetting("ORDER_APPROVAL_TIMEOUT_SECONDS"),
      paymentRetryMilliseconds: Math.max(1, numberSetting("PAYMENT_RETRY_MILLISECONDS")),
    },
  };
}

df.app.activity("validateOrder", { handler: validateOrder });
