import { HostFixture, waitUntil } from "@durable-host/testkit";
import type { ManagementClient } from "@durable-host/testkit";
import { addStock, anOrder, inventory, placeOrder, startReferenceApp } from "./reference-app";

const DURABLE = "/runtime/webhooks/durabletask";
jest.setTimeout(60_000);
const fixture = new HostFixture();
let client: ManagementClient;

beforeAll(async () => {
  await startReferenceApp(fixture);
  client = await fixture.client();
});
afterAll(() => fixture.dispose());

/** An order that waits for its approval. */
async function aWaitingOrder(): Promise<string> {
  const id = await placeOrder(client, anOrder({ lines: [{ sku: "chair", quantity: 1, unitPrice: 5000 }] }));
  await client.waitFor(
    id,
    (status) => (status.customStatus as { stage?: string } | null)?.stage === "AwaitingApproval",
  );
  return id;
}

describe("listing instances", () => {
  it("pages through all of them without losing or repeating one", async () => {
    const ids = await Promise.all(
      Array.from({ length: 7 }, (_, index) => client.start("helloCities", undefined, `page-${index}`)),
    );
    await Promise.all(ids.map((id) => client.waitForEnd(id)));
    const { instances, pages } = await client.list("instanceIdPrefix=page-&top=3");

    expect(instances.map(({ instanceId }) => instanceId).sort()).toEqual(ids);
    expect(Math.max(...pages)).toBe(3);
  });

  it("selects by status", async () => {
    const id = await client.start("helloCities", undefined, "selected-1");
    await client.waitForEnd(id);

    const completed = await client.list("instanceIdPrefix=selected-&runtimeStatus=Completed");
    const running = await client.list("instanceIdPrefix=selected-&runtimeStatus=Running,Pending");
    expect([completed.instances.length, running.instances.length]).toEqual([1, 0]);
  });
});

describe("a running instance", () => {
  beforeAll(() => addStock(client, "chair", 10));

  it("is terminated with a reason, once [DF21]", async () => {
    const id = await aWaitingOrder();

    expect((await client.control(id, "terminate", "changed my mind")).status).toBe(202);
    expect(await client.waitForEnd(id)).toMatchObject({ runtimeStatus: "Terminated", output: "changed my mind" });
    expect((await client.control(id, "terminate", "again")).status).toBe(410);
  });

  it("does nothing while suspended and catches up when resumed [DF24]", async () => {
    const id = await aWaitingOrder();
    expect((await client.control(id, "suspend", "wait")).status).toBe(202);
    await client.waitFor(id, (status) => status.runtimeStatus === "Suspended");

    expect((await client.raiseEvent(id, "Approval", { approved: true })).status).toBe(202);
    expect((await client.status(id))?.runtimeStatus).toBe("Suspended");
    expect((await client.control(id, "resume", "go on")).status).toBe(202);
    expect((await client.waitForEnd(id)).output).toMatchObject({ status: "Shipped" });
  });

  it("is gone after it has ended and was purged", async () => {
    const id = await client.start("helloCities");
    await client.waitForEnd(id);
    const purged = await client.purge(id);

    expect([purged.status, purged.body]).toEqual([200, { instancesDeleted: 1 }]);
    expect(await client.status(id)).toBeUndefined();
    expect((await client.purge(id)).status).toBe(404);
  });
});

describe("the inventory entity", () => {
  it("is read and signalled through the management API and through the app", async () => {
    expect((await client.get("/api/inventory/pen")).status).toBe(404);
    expect(await client.entity("inventory", "pen")).toBeUndefined();
    expect((await client.signalEntity("inventory", "pen", "set", 4)).status).toBe(202);
    expect((await client.post("/api/inventory/pen", { quantity: 3 })).status).toBe(202);

    await waitUntil("both signals to be applied", async () =>
      (await inventory(client, "pen"))?.available === 7 ? true : undefined,
    );
    expect(await client.entity("inventory", "PEN")).toBeUndefined();
    expect(await client.entity("INVENTORY", "pen")).toEqual({ available: 7, reservations: {} });
  });

  it("is reported over all SKUs", async () => {
    await client.signalEntity("inventory", "mug", "set", 30);
    await client.signalEntity("inventory", "cup", "set", 2);
    const id = await client.start("stockReport", { skus: ["mug", "cup"] });

    expect((await client.waitForEnd(id)).output).toMatchObject({ available: 32, reserved: 0, reorder: ["cup"] });
  });
});

describe("a monitor", () => {
  it("starts over with a short history until the shipment is delivered", async () => {
    const shippedAt = Date.now() - 18_500;
    const trackingNumber = `TRK.${shippedAt.toString(36)}.order.book`;
    const id = await client.start("monitorShipment", { trackingNumber, pollSeconds: 1 });
    const { output } = await client.waitForEnd(id);
    const started = (await client.history(id)).filter((row) => row.EventType === "ExecutionStarted");

    expect(output).toMatchObject({ trackingNumber, state: "Delivered" });
    expect((output as { polls: number }).polls).toBeGreaterThanOrEqual(2);
    expect(started).toHaveLength(1);
  });
});

describe("requests that make no sense", () => {
  it("are answered 400 for an unknown orchestrator, naming those there are", async () => {
    const direct = await client.post(`${DURABLE}/orchestrators/noSuchThing`, {});
    const throughApp = await client.post("/api/orchestrators/noSuchThing", {});

    expect(direct.status).toBe(400);
    expect(JSON.stringify(direct.body)).toContain("noSuchThing");
    expect(JSON.stringify(direct.body)).toContain("helloCities");
    expect(throughApp.status).toBe(400);
  });

  it("are answered 400 for invalid JSON", async () => {
    const direct = await client.request("POST", `${DURABLE}/orchestrators/helloCities`, {
      text: '{"half":',
      headers: { "content-type": "application/json" },
    });
    const order = await client.request("POST", "/api/orders", { text: "{" });

    expect([direct.status, order.status]).toEqual([400, 400]);
    expect(JSON.stringify(direct.body)).toContain("Invalid JSON content");
  });

  it("are answered 404 for an instance that does not exist", async () => {
    const answers = await Promise.all([
      client.get(`${DURABLE}/instances/nobody`),
      client.raiseEvent("nobody", "Approval", {}),
      client.control("nobody", "terminate", "x"),
      client.control("nobody", "suspend", "x"),
      client.post("/api/orders/nobody/approve"),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
  });

  it.each([["@entity"], ["x".repeat(257)]])("are answered 400 for the instance id %.20s", async (id) => {
    expect((await client.post(`${DURABLE}/orchestrators/helloCities/${encodeURIComponent(id)}`)).status).toBe(400);
  });
});
