import { createTestHub, type TestHub } from "durable-host/testing";
// The app comes after the kit, which its files register with.
import "../../src/activities/assess-stock";
import "../../src/activities/charge-payment";
import "../../src/activities/ship-line";
import "../../src/activities/validate-order";
import "../../src/entities/inventory";
import "../../src/functions/add-inventory";
import "../../src/functions/approve-order";
import "../../src/functions/get-inventory";
import "../../src/functions/get-order";
import "../../src/functions/nightly-stock-report";
import "../../src/functions/place-order";
import "../../src/functions/start-order-from-queue";
import "../../src/orchestrators/process-order";
import "../../src/orchestrators/stock-report";

const ORDER = { customer: "Ada", lines: [{ sku: "book", quantity: 1, unitPrice: 5000 }] };

let hub: TestHub;
beforeEach(async () => {
  hub = await createTestHub();
  await post("/api/inventory/book", { quantity: 10 });
  await hub.settle();
});
afterEach(() => hub.dispose());

function post(path: string, body: unknown): Promise<Response> {
  return hub.fetch(path, { method: "POST", body: JSON.stringify(body) });
}

async function get(path: string): Promise<unknown> {
  return (await hub.fetch(path)).json();
}

describe("the order API", () => {
  it("takes an order from its placing to its approval and shipping", async () => {
    expect((await post("/api/orders", { ...ORDER, id: "o-1" })).status).toBe(202);
    await hub.settle();
    expect(await get("/api/orders/o-1")).toMatchObject({ progress: { stage: "AwaitingApproval", total: 5000 } });
    expect((await post("/api/orders/o-1/approve", { approved: true, by: "Grace" })).status).toBe(202);
    await hub.waitFor("o-1");

    expect(await get("/api/orders/o-1")).toMatchObject({ runtimeStatus: "Completed", result: { status: "Shipped" } });
    await hub.settle();
    expect(await get("/api/inventory/book")).toEqual({ sku: "book", available: 9, reserved: 0 });
  });

  it("refuses a second order of the same id, and the approval of a closed one", async () => {
    await post("/api/orders", { ...ORDER, id: "o-1" });
    await hub.settle();
    expect((await post("/api/orders", { ...ORDER, id: "o-1" })).status).toBe(409);
    await post("/api/orders/o-1/approve", { approved: false });
    await hub.waitFor("o-1");
    expect((await post("/api/orders/o-1/approve", {})).status).toBe(409);
  });

  it("takes orders from a queue, and reports the stock at night", async () => {
    await hub.invoke("startOrderFromQueue", ORDER, { id: "m-1" });

    await expect(hub.waitFor("queue-m-1")).resolves.toMatchObject({ output: { status: "ApprovalTimedOut" } });
    await hub.invoke("nightlyStockReport", { isPastDue: false });
  });
});
