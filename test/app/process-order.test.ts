import { validateOrder } from "../../src/activities/validate-order";
import { processOrder } from "../../src/orchestrators/process-order";
import type { OrderProgress, PaymentRequest, ShipmentRequest } from "../../src/orders/order";
import { runOrchestrator, START } from "./run-orchestrator";
import type { Outcome, Script } from "./run-orchestrator";

const LINES = [
  { sku: "book", quantity: 2, unitPrice: 10 },
  { sku: "lamp", quantity: 1, unitPrice: 30 },
];

function anOrder(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { customer: "Ada", lines: LINES, card: "4000000000000000", address: "1 Main Street", ...changes };
}

function process(order: unknown, script: Partial<Script> & { readonly available?: number } = {}): Outcome {
  return runOrchestrator(processOrder, {
    input: order,
    entity: (_id, operation) => {
      if (operation === "get") return { available: script.available ?? 100, reserved: 0 };
      return operation === "reserve" ? { reserved: true, available: 1 } : undefined;
    },
    ...script,
    activities: {
      validateOrder,
      chargePayment: (request: PaymentRequest) => ({ accepted: true, paymentId: `PAY-${request.orderId}` }),
      refundPayment: () => undefined,
      shipLine: ({ line }: ShipmentRequest) => ({ sku: line.sku, trackingNumber: `T-${line.sku}` }),
      cancelShipment: () => undefined,
      ...script.activities,
    },
  });
}

function stages(outcome: Outcome): string[] {
  return outcome.statuses.map((status) => (status as OrderProgress).stage);
}

describe("processOrder", () => {
  it("validates, reserves, charges and ships a small order without asking anyone", () => {
    const outcome = process(anOrder());

    expect(outcome.output).toEqual({
      status: "Shipped",
      total: 50,
      paymentId: "PAY-order-1",
      shipments: [
        { sku: "book", trackingNumber: "T-book" },
        { sku: "lamp", trackingNumber: "T-lamp" },
      ],
    });
    expect(stages(outcome)).toEqual(["Validating", "ReservingStock", "ChargingPayment", "Shipping", "Done"]);
    expect(outcome.timers).toEqual([]);
  });

  it("looks and reserves inside one critical section over all SKUs of the order", () => {
    const { calls } = process(anOrder());

    expect(calls.slice(1, 7)).toEqual([
      "lock book+lamp",
      "inventory/book.get",
      "inventory/lamp.get",
      "inventory/book.reserve",
      "inventory/lamp.reserve",
      "unlock book+lamp",
    ]);
  });

  it("takes shipped units out of the inventory", () => {
    expect(process(anOrder()).calls.slice(-2)).toEqual(["inventory/book.ship", "inventory/lamp.ship"]);
  });

  it("refuses an order that is not valid and touches nothing", () => {
    const outcome = process({ customer: "Ada", lines: [] });

    expect(outcome.output).toEqual({
      status: "Rejected",
      reason: "Invalid order: lines must be a non-empty array.",
      compensations: [],
    });
    expect(outcome.calls).toEqual(["validateOrder"]);
  });

  it("reserves nothing when one SKU is out of stock, and frees the entities", () => {
    const outcome = process(anOrder(), { available: 1 });

    expect(outcome.output).toEqual({ status: "OutOfStock", reason: "Out of stock: book.", compensations: [] });
    expect(outcome.calls).not.toContain("inventory/lamp.reserve");
    expect(outcome.calls).toContain("unlock book+lamp");
  });

  it("asks for approval of a large order, says until when, and cancels the timer once approved", () => {
    const large = anOrder({ lines: [{ sku: "book", quantity: 1, unitPrice: 5000 }] });
    const outcome = process(large, { events: { Approval: { approved: true, by: "Grace" } } });

    expect(outcome.output).toMatchObject({ status: "Shipped", total: 5000 });
    const waiting = outcome.statuses.find((status) => (status as OrderProgress).stage === "AwaitingApproval");
    const deadline = new Date(START.getTime() + 24 * 60 * 60 * 1000);
    expect(waiting).toEqual({ stage: "AwaitingApproval", total: 5000, approveBefore: deadline.toISOString() });
    expect(outcome.timers).toEqual([{ fireAt: deadline, canceled: true }]);
  });

  it("gives the stock back when nobody approves in time", () => {
    const outcome = process(anOrder({ lines: [{ sku: "book", quantity: 1, unitPrice: 5000 }] }));

    expect(outcome.output).toEqual({
      status: "ApprovalTimedOut",
      reason: "Nobody approved the order in time.",
      compensations: ["inventory.release"],
    });
    expect(outcome.calls).not.toContain("chargePayment");
  });

  it("gives the stock back when the order is rejected, and names who did", () => {
    const outcome = process(anOrder({ lines: [{ sku: "book", quantity: 1, unitPrice: 5000 }] }), {
      events: { Approval: { approved: false, by: "Grace" } },
    });

    expect(outcome.output).toMatchObject({ status: "Rejected", reason: "Rejected by Grace." });
    expect(outcome.calls.at(-1)).toBe("inventory/book.release");
  });

  it("compensates when the card is declined", () => {
    const outcome = process(anOrder(), {
      activities: { chargePayment: () => ({ accepted: false, reason: "The card was declined." }) },
    });

    expect(outcome.output).toEqual({
      status: "Rejected",
      reason: "The card was declined.",
      compensations: ["refundPayment", "inventory.release", "inventory.release"],
    });
  });

  it("tries three times to reach the payment provider", () => {
    let attempts = 0;
    const outcome = process(anOrder(), {
      activities: {
        chargePayment: () => {
          attempts++;
          if (attempts < 3) throw new Error("down");
          return { accepted: true, paymentId: "P" };
        },
      },
    });

    expect(attempts).toBe(3);
    expect(outcome.output).toMatchObject({ status: "Shipped" });
  });

  it("undoes shipment, payment and reservation in reverse order when the carrier fails", () => {
    const outcome = process(anOrder(), {
      activities: {
        shipLine: () => {
          throw new Error("No carrier.");
        },
      },
    });

    expect(outcome.output).toEqual({
      status: "Cancelled",
      reason: "Activity function 'shipLine' failed: No carrier.",
      compensations: ["cancelShipment", "cancelShipment", "refundPayment", "inventory.release", "inventory.release"],
    });
    expect(outcome.calls.slice(-2)).toEqual(["inventory/lamp.release", "inventory/book.release"]);
    expect(stages(outcome).slice(-2)).toEqual(["Compensating", "Done"]);
  });
});
