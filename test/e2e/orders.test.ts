import { HostFixture } from "@durable-host/testkit";
import type { InstanceStatus, ManagementClient } from "@durable-host/testkit";
import { addStock, anOrder, inventory, placeOrder, settledInventory, startReferenceApp } from "./reference-app";

const LARGE = { lines: [{ sku: "chair", quantity: 1, unitPrice: 5000 }] };
jest.setTimeout(60_000);
const fixture = new HostFixture();
let client: ManagementClient;

beforeAll(async () => {
  await startReferenceApp(fixture, { ORDER_APPROVAL_TIMEOUT_SECONDS: "4" });
  client = await fixture.client();
  await Promise.all([addStock(client, "book", 100), addStock(client, "lamp", 100), addStock(client, "chair", 20)]);
});
afterAll(() => fixture.dispose());

function awaitsApproval(status: InstanceStatus): boolean {
  return (status.customStatus as { stage?: string } | null)?.stage === "AwaitingApproval";
}

describe("a small order", () => {
  it("ships without approval, and its units leave the inventory", async () => {
    const lines = [
      { sku: "book", quantity: 2, unitPrice: 10 },
      { sku: "lamp", quantity: 1, unitPrice: 30 },
    ];
    const before = await settledInventory(client, "lamp");
    const id = await placeOrder(client, anOrder({ lines }));
    const { runtimeStatus, output, customStatus } = await client.waitForEnd(id);

    expect(runtimeStatus).toBe("Completed");
    expect(output).toMatchObject({ status: "Shipped", total: 50, paymentId: `PAY-${id}` });
    expect((output as { shipments: { sku: string }[] }).shipments.map(({ sku }) => sku)).toEqual(["book", "lamp"]);
    expect(customStatus).toEqual({ stage: "Done", total: 50 });
    expect(await inventory(client, "lamp")).toMatchObject({ available: before.available - 1 });
  });

  it("is shown by the app's own route", async () => {
    const id = await placeOrder(client, anOrder());
    await client.waitForEnd(id);

    const shown = await client.get(`/api/orders/${id}`);
    expect(shown.body).toMatchObject({ id, runtimeStatus: "Completed", result: { status: "Shipped" } });
    expect((await client.get("/api/orders/unknown")).status).toBe(404);
  });

  it("is ordered once, however often the client repeats its request", async () => {
    expect((await client.post("/api/orders", anOrder({ id: "once" }))).status).toBe(202);
    await client.waitForEnd("once");
    const history = await client.history("once");

    expect((await client.post("/api/orders", anOrder({ id: "once" }))).status).toBe(409);
    expect(await client.history("once")).toEqual(history);
  });

  it("is refused with every reason when it is not valid", async () => {
    const answer = await client.post("/api/orders", { customer: "", lines: [{ sku: "book" }] });

    expect(answer.status).toBe(400);
    expect((answer.body as { problems: string[] }).problems).toHaveLength(3);
  });
});

describe("a large order", () => {
  it("waits for approval and ships once approved", async () => {
    const id = await placeOrder(client, anOrder(LARGE));
    await client.waitFor(id, awaitsApproval);
    expect((await client.post(`/api/orders/${id}/approve`, { by: "Grace" })).status).toBe(202);

    expect((await client.waitForEnd(id)).output).toMatchObject({ status: "Shipped", total: 5000 });
  });

  it("can be approved by raising the event through the management URL", async () => {
    const started = await client.post("/api/orders", anOrder(LARGE));
    const links = started.body as Record<string, string>;
    await client.waitFor(String(links["id"]), awaitsApproval);
    const url = String(links["sendEventPostUri"]).replace("{eventName}", "Approval");

    expect((await client.post(url, { approved: true })).status).toBe(202);
    expect((await client.waitForEnd(String(links["id"]))).output).toMatchObject({ status: "Shipped" });
  });

  it("gives its stock back when it is rejected", async () => {
    const before = await settledInventory(client, "chair");
    const id = await placeOrder(client, anOrder(LARGE));
    await client.waitFor(id, awaitsApproval);
    expect(await inventory(client, "chair")).toEqual({
      sku: "chair",
      available: before.available - 1,
      reserved: 1,
    });
    await client.post(`/api/orders/${id}/approve`, { approved: false, by: "Grace" });

    expect((await client.waitForEnd(id)).output).toEqual({
      status: "Rejected",
      reason: "Rejected by Grace.",
      compensations: ["inventory.release"],
    });
    expect(await inventory(client, "chair")).toEqual(before);
  });

  it("times out without approval, not before its deadline", async () => {
    const id = await placeOrder(client, anOrder(LARGE));
    const waiting = await client.waitFor(id, awaitsApproval);
    const { approveBefore } = waiting.customStatus as { approveBefore: string };
    const ended = await client.waitForEnd(id);

    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(approveBefore));
    expect(ended.output).toMatchObject({ status: "ApprovalTimedOut", compensations: ["inventory.release"] });
    expect((await client.post(`/api/orders/${id}/approve`)).status).toBe(409);
  });
});

describe("an order that goes wrong", () => {
  it("is refused without a trace when stock is missing", async () => {
    const before = await settledInventory(client, "book");
    const lines = [
      { sku: "book", quantity: 1, unitPrice: 1 },
      { sku: "unicorn", quantity: 1, unitPrice: 1 },
    ];
    const id = await placeOrder(client, anOrder({ lines }));

    expect((await client.waitForEnd(id)).output).toMatchObject({
      status: "OutOfStock",
      reason: "Out of stock: unicorn.",
    });
    expect(await inventory(client, "book")).toEqual(before);
  });

  it("is compensated when the card is declined", async () => {
    const before = await settledInventory(client, "book");
    const id = await placeOrder(client, anOrder({ card: "4000000000000002" }));

    expect((await client.waitForEnd(id)).output).toEqual({
      status: "Rejected",
      reason: "The card was declined.",
      compensations: ["refundPayment", "inventory.release"],
    });
    expect(await inventory(client, "book")).toEqual(before);
  });

  it("tries an unreachable payment provider three times, then undoes everything", async () => {
    const id = await placeOrder(client, anOrder({ card: "4000000000000119" }));
    const { output } = await client.waitForEnd(id);
    const failures = (await client.history(id)).filter((row) => row.EventType === "TaskFailed");

    expect(output).toMatchObject({ status: "Cancelled", compensations: ["refundPayment", "inventory.release"] });
    expect((output as { reason: string }).reason).toMatch(/Activity function 'chargePayment' failed:.*does not answer/);
    expect(failures.map((row) => row.FunctionName)).toEqual(["chargePayment", "chargePayment", "chargePayment"]);
  });

  it("undoes shipment, payment and reservation, in this order, when no carrier delivers", async () => {
    const id = await placeOrder(client, anOrder({ address: "undeliverable" }));

    expect((await client.waitForEnd(id)).output).toMatchObject({
      status: "Cancelled",
      compensations: ["cancelShipment", "refundPayment", "inventory.release"],
    });
  });
});

describe("many orders for the last units", () => {
  it("never sell more than there is", async () => {
    await addStock(client, "rare", 5);
    const lines = [{ sku: "rare", quantity: 1, unitPrice: 1 }];
    const ids = await Promise.all(Array.from({ length: 12 }, () => placeOrder(client, anOrder({ lines }))));
    const ends = await Promise.all(ids.map((id) => client.waitForEnd(id, { timeoutMs: 30_000 })));
    const statuses = ends.map(({ output }) => (output as { status: string }).status);

    expect(statuses.filter((status) => status === "Shipped")).toHaveLength(5);
    expect(statuses.filter((status) => status === "OutOfStock")).toHaveLength(7);
    expect(await inventory(client, "rare")).toMatchObject({ available: 0 });
  });
});
