import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HostFixture, waitUntil } from "@durable-host/testkit";
import { ACCEPTANCE_APP, addStock, anOrder, inventory, placeOrder, startReferenceApp } from "./reference-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

const LARGE = anOrder({ lines: [{ sku: "chair", quantity: 1, unitPrice: 5000 }] });

describe("a restart", () => {
  it("keeps results, entities and waiting orders, and the orders go on", async () => {
    const host = await startReferenceApp(fixture);
    const client = await fixture.client();
    await addStock(client, "chair", 3);
    const hello = await client.start("helloCities");
    const completed = await client.waitForEnd(hello);
    const order = await placeOrder(client, LARGE);
    const waiting = await client.waitFor(order, (status) => JSON.stringify(status.customStatus).includes("Awaiting"));
    expect(await host.stop()).toMatchObject({ code: 0 });

    await startReferenceApp(fixture);
    expect(await client.status(hello)).toEqual(completed);
    expect(await client.status(order)).toMatchObject({ runtimeStatus: "Running", createdTime: waiting.createdTime });
    expect(await inventory(client, "chair")).toEqual({ sku: "chair", available: 2, reserved: 1 });

    await client.raiseEvent(order, "Approval", { approved: true });
    expect((await client.waitForEnd(order)).output).toMatchObject({ status: "Shipped" });
    const schedulings = (await client.history(order)).filter((row) => row.FunctionName === "validateOrder");
    expect(schedulings).toHaveLength(1);
  });

  it("runs an activity again in which the host was killed, and completes the orchestration once [DF59, DF84]", async () => {
    const env = { MARKS_FOLDER: fixture.directory() };
    const host = await fixture.start({ scriptRoot: ACCEPTANCE_APP, env });
    const client = await fixture.client();
    const id = await client.start("callsUnfinished");
    const marks = join(env.MARKS_FOLDER, id);
    await waitUntil("the activity to begin", () => (existsSync(marks) ? true : undefined));
    const { customStatus } = await client.waitFor(id, (status) => status.customStatus !== null);
    await host.kill();

    await fixture.start({ scriptRoot: ACCEPTANCE_APP, env });
    const end = await client.waitForEnd(id);
    expect(end).toMatchObject({ runtimeStatus: "Completed", output: { results: ["before", "done"] } });
    // What the code was told before it was killed, it is told again.
    expect(end.output).toMatchObject(customStatus as object);
    expect(new Set(Object.values(customStatus as object).map(({ id }) => id)).size).toBe(2);
    expect(readFileSync(marks, "utf8")).toBe("begun\nbegun\n");
    const rows = (await client.history(id)).map(({ EventType, FunctionName }) => [EventType, FunctionName]);
    expect(rows).toEqual([
      ["ExecutionStarted", "callsUnfinished"],
      ["TaskCompleted", "repeat"],
      ["TaskCompleted", "hangsFirstTime"],
      ["ExecutionCompleted", undefined],
    ]);
  });

  it("fires a timer that fell due while the host was down", async () => {
    const host = await startReferenceApp(fixture, { ORDER_APPROVAL_TIMEOUT_SECONDS: "1" });
    const client = await fixture.client();
    await addStock(client, "chair", 1);
    const order = await placeOrder(client, LARGE);
    await client.waitFor(order, (status) => JSON.stringify(status.customStatus).includes("Awaiting"));
    await host.kill();

    await startReferenceApp(fixture);
    expect((await client.waitForEnd(order)).output).toMatchObject({ status: "ApprovalTimedOut" });
    expect(await inventory(client, "chair")).toEqual({ sku: "chair", available: 1, reserved: 0 });
  });

  it("lets work in progress finish when it is asked to stop, and ends with code 0", async () => {
    const host = await startReferenceApp(fixture, { SIMULATED_LATENCY_MILLISECONDS: "400" });
    const client = await fixture.client();
    await addStock(client, "book", 5);
    const order = await placeOrder(client, anOrder());
    await client.waitFor(order, (status) => JSON.stringify(status.customStatus).includes("ChargingPayment"));
    const exit = await host.stop();

    expect(exit).toEqual({ code: 0, signal: null });
    await startReferenceApp(fixture);
    const end = await client.waitForEnd(order);
    const charges = (await client.history(order)).filter((row) => row.FunctionName === "chargePayment");
    expect(end.output).toMatchObject({ status: "Shipped" });
    expect(charges.map((row) => row.EventType)).toEqual(["TaskCompleted"]);
  });
});
