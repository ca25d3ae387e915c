import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";
import type { Validation } from "../activities/validate-order";
import { awaitApproval } from "../orders/await-approval";
import { chargeOrder } from "../orders/charge-order";
import type { OrderPlan, OrderProgress, OrderResult, Shipment } from "../orders/order";
import { reserveStock } from "../orders/reserve-stock";
import { Saga } from "../orders/saga";
import { shipOrder } from "../orders/ship-order";
import type { Step } from "../orders/step";

/**
 * The life of an order: validate, reserve stock, have large orders approved, charge, ship.
 * Whatever goes wrong, the steps done so far are undone in reverse order, and the order ends with the reason.
 */
export function* processOrder(context: OrchestrationContext): Step<OrderResult> {
  progress(context, { stage: "Validating" });
  const validation: Validation = yield context.df.callActivity("validateOrder", context.df.getInput());
  if (!validation.accepted) {
    progress(context, { stage: "Done" });
    return { status: "Rejected", reason: validation.reason, compensations: [] };
  }
  const saga = new Saga();
  let result: OrderResult;
  try {
    result = yield* fulfil(context, validation.plan, saga);
  } catch (error) {
    result = { status: "Cancelled", reason: firstLine(error), compensations: [] };
  }
  if (result.status !== "Shipped") {
    progress(context, { stage: "Compensating", reason: result.reason });
    result = { ...result, compensations: yield* saga.undo(context) };
  }
  progress(context, { stage: "Done", total: validation.plan.total });
  return result;
}

function* fulfil(context: OrchestrationContext, plan: OrderPlan, saga: Saga): Step<OrderResult> {
  const { total } = plan;
  progress(context, { stage: "ReservingStock", total });
  const missing = yield* reserveStock(context, plan.order, saga);
  if (missing !== undefined) return refused("OutOfStock", missing);

  if (plan.needsApproval) {
    const decision = yield* awaitApproval(context, plan.approvalTimeoutSeconds, (approveBefore) =>
      progress(context, { stage: "AwaitingApproval", total, approveBefore }),
    );
    if (decision === "TimedOut") return refused("ApprovalTimedOut", "Nobody approved the order in time.");
    if (!decision.approved) return refused("Rejected", `Rejected by ${decision.by ?? "the approver"}.`);
  }

  progress(context, { stage: "ChargingPayment", total });
  const payment = yield* chargeOrder(context, plan, saga);
  if (!payment.accepted) return refused("Rejected", payment.reason);

  progress(context, { stage: "Shipping", total });
  const shipments: readonly Shipment[] = yield* shipOrder(context, plan.order, saga);
  return { status: "Shipped", total, paymentId: payment.paymentId, shipments };
}

function refused(status: "Rejected" | "OutOfStock" | "ApprovalTimedOut", reason: string): OrderResult {
  return { status, reason, compensations: [] };
}

/** The message of a failed task goes on with details, stack included, after the first line. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n")[0] ?? message).trim();
}

function progress(context: OrchestrationContext, status: OrderProgress): void {
  context.df.setCustomStatus(status);
}

df.app.orchestration("processOrder", processOrder);
