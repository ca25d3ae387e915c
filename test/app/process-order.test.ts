import {
  createTestHub,
  replayHistory,
  type TestHub,
  type TestHubOptions,
  type TestInstance,
} from "durable-host/testing";
// The app comes after the kit, which its files register with.
import "../../src/activities/cancel-shipment";
import "../../src/activities/charge-payment";
import "../../src/activities/refund-payment";
import "../../src/activities/ship-line";
import "../../src/activities/validate-order";
import "../../src/entities/inventory";
import "../../src/orchestrators/process-order";
import type { InventoryState } from "../../src/entities/inventory";
import type { OrderProgress } from "../../src/orders/order";

const START = new Date("2026-01-05T08:00:00.000Z");
const DAY = 24 * 60 * 60 * 1000;

const LINES = [
  { sku: "book", quantity: 2, unitPrice: 10 },
  { sku: "lamp", quantity: 1, unitPrice: 30 },
];
const LARGE = { lines: [{ sku: "book", quantity: 1, unitPrice: 5000 }] };
const DECLINED_CARD = "4000000000000002";

function anOrder(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { customer: "Ada", lines: LINES, card: "4000000000000000", address: "1 Main Street", ...changes };
}

let hub: TestHub;

/** A hub of the app with this much of every SKU in stock. */
async function aShop({ stock = 100, ...options }: TestHubOptions & { readonly stock?: number } = {}): Promise<void> {
  hub = await createTestHub({ startTime: START, ...options });
  for (const sku of ["book", "lamp"]) await hub.signalEntity("inventory", sku, "set", stock);
  await hub.settle();
}

const process = (order: unknown): Promise<TestInstance> => hub.run("processOrder", order, { instanceId: "order-1" });

/** Starts a large order; resolves when it waits for its approval. */
async function awaitingApproval(): Promise<TestInstance> {
  const id = await hub.start("processOrder", { input: anOrder(LARGE), instanceId: "order-1" });
  return hub.waitUntil(id, ({ customStatus }) => (customStatus as OrderProgress)?.stage === "AwaitingApproval");
}

/** Activities and entity operations since the stock was filled, in order, with what belongs together once. */
function calls(): string[] {
  return hub.executed
    .map((each) => (each.kind === "activity" ? each.name : `${each.name}/${each.key}.${each.operation}`))
    .filter((call) => !call.endsWith(".set"));
}

async function stockOf(sku: string): Promise<InventoryState | undefined> {
  return (await hub.readEntity<InventoryState>("inventory", sku))?.state;
}

afterEach(() => hub.dispose());

describe("processOrder", () => {
  it("validates, reserves, charges and ships a small order without asking anyone", async () => {
    await aShop();
    const stages = new Set<string>();
    const id = await hub.start("processOrder", { input: anOrder(), instanceId: "order-1" });
    const { output, completedAt } = await hub.waitUntil(id, ({ customStatus, runtimeStatus }) => {
      if (customStatus) stages.add((customStatus as OrderProgress).stage);
      return runtimeStatus === "Completed";
    });

    const sent = START.getTime().toString(36);
    expect(output).toEqual({
      status: "Shipped",
      total: 50,
      paymentId: "PAY-order-1",
      shipments: [
        { sku: "book", trackingNumber: `TRK.${sent}.order-1.book` },
        { sku: "lamp", trackingNumber: `TRK.${sent}.order-1.lamp` },
      ],
    });
    expect([...stages]).toEqual(["Validating", "ReservingStock", "ChargingPayment", "Shipping", "Done"]);
    expect(completedAt).toEqual(START);
  });

  it("looks before it reserves, and takes shipped units out of the inventory", async () => {
    await aShop();
    await process(anOrder());

    expect(await stockOf("book")).toEqual({ available: 98, reservations: {} });
    expect(await stockOf("lamp")).toEqual({ available: 99, reservations: {} });
    expect(calls()).toEqual([
      "validateOrder",
      "inventory/book.get",
      "inventory/lamp.get",
      "inventory/book.reserve",
      "inventory/lamp.reserve",
      "chargePayment",
      "shipLine",
      "shipLine",
      "inventory/book.ship",
      "inventory/lamp.ship",
    ]);
  });

  it("keeps other orders away between looking and reserving, so that the last unit is sold once", async () => {
    await aShop({ stock: 2 });
    const orders = await Promise.all(
      ["a", "b", "c"].map((id) => hub.run("processOrder", anOrder(), { instanceId: id })),
    );

    expect(orders.map(({ output }) => (output as { status: string }).status).toSorted()).toEqual([
      "OutOfStock",
      "OutOfStock",
      "Shipped",
    ]);
    expect(await stockOf("book")).toEqual({ available: 0, reservations: {} });
    expect(await stockOf("lamp")).toEqual({ available: 1, reservations: {} });
  });

  it("refuses an order that is not valid and touches nothing", async () => {
    await aShop();
    const { output } = await process({ customer: "Ada", lines: [] });

    expect(output).toEqual({
      status: "Rejected",
      reason: "Invalid order: lines must be a non-empty array.",
      compensations: [],
    });
    expect(calls()).toEqual(["validateOrder"]);
  });

  it("reserves nothing when one SKU is out of stock, and frees the entities", async () => {
    await aShop({ stock: 1 });
    const { output } = await process(anOrder());

    expect(output).toEqual({ status: "OutOfStock", reason: "Out of stock: book.", compensations: [] });
    expect(calls()).not.toContain("inventory/lamp.reserve");
    const smaller = anOrder({ lines: [{ sku: "book", quantity: 1, unitPrice: 10 }] });
    await expect(hub.run("processOrder", smaller)).resolves.toMatchObject({ output: { status: "Shipped" } });
  });

  it("asks for approval of a large order, says until when, and does not wait for the timer once approved", async () => {
    await aShop();
    const deadline = new Date(START.getTime() + DAY);

    expect((await awaitingApproval()).customStatus).toEqual({
      stage: "AwaitingApproval",
      total: 5000,
      approveBefore: deadline.toISOString(),
    });
    await hub.advance(DAY - 1);
    await hub.raiseEvent("order-1", "Approval", { approved: true, by: "Grace" });

    const { output, completedAt } = await hub.waitFor("order-1");
    expect(output).toMatchObject({ status: "Shipped", total: 5000 });
    expect(completedAt?.getTime()).toBe(deadline.getTime() - 1);
  });

  it("gives the stock back when nobody approves within 24 hours", async () => {
    await aShop();
    const { output, completedAt } = await process(anOrder(LARGE));

    expect(output).toEqual({
      status: "ApprovalTimedOut",
      reason: "Nobody approved the order in time.",
      compensations: ["inventory.release"],
    });
    expect(completedAt?.getTime()).toBe(START.getTime() + DAY);
    expect(hub.calls("chargePayment")).toEqual([]);
    expect(await stockOf("book")).toEqual({ available: 100, reservations: {} });
  });

  it("gives the stock back when the order is rejected, and names who did", async () => {
    await aShop();
    await awaitingApproval();
    await hub.raiseEvent("order-1", "Approval", { approved: false, by: "Grace" });

    await expect(hub.waitFor("order-1")).resolves.toMatchObject({
      output: { status: "Rejected", reason: "Rejected by Grace." },
    });
    expect(calls().at(-1)).toBe("inventory/book.release");
  });

  it("compensates when the card is declined", async () => {
    await aShop();
    const { output } = await process(anOrder({ card: DECLINED_CARD }));

    expect(output).toEqual({
      status: "Rejected",
      reason: "The card was declined.",
      compensations: ["refundPayment", "inventory.release", "inventory.release"],
    });
  });

  it("tries three times to reach the payment provider, after pauses of one and two seconds", async () => {
    const attempts: Date[] = [];
    await aShop({
      activities: {
        chargePayment: () => {
          attempts.push(hub.now());
          if (attempts.length < 3) throw new Error("down");
          return { accepted: true, paymentId: "P" };
        },
      },
    });
    const { output } = await process(anOrder());

    expect(output).toMatchObject({ status: "Shipped", paymentId: "P" });
    expect(attempts.map((at) => at.getTime() - START.getTime())).toEqual([0, 1_000, 3_000]);
  });

  it("undoes shipment, payment and reservation in reverse order when the carrier fails", async () => {
    await aShop({
      activities: {
        shipLine: () => {
          throw new Error("No carrier.");
        },
      },
    });
    const { output, customStatus } = await process(anOrder());

    expect(output).toEqual({
      status: "Cancelled",
      reason: "Activity function 'shipLine' failed: No carrier.",
      compensations: ["cancelShipment", "cancelShipment", "refundPayment", "inventory.release", "inventory.release"],
    });
    expect(calls().slice(-2)).toEqual(["inventory/lamp.release", "inventory/book.release"]);
    expect(customStatus).toEqual({ stage: "Done", total: 50 });
  });

  it("still does what it did when two orders were recorded from a running host", async () => {
    hub = await createTestHub();

    await expect(replayHistory(require.resolve("./histories/process-order.json"))).resolves.toMatchObject([
      { instanceId: "order-approved", name: "processOrder", completion: "Completed" },
      { instanceId: "order-undeliverable", name: "processOrder", completion: "Completed" },
    ]);
  });
});
