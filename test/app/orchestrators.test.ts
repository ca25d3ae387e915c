import { createTestHub, type TestHub } from "durable-host/testing";
// The app comes after the kit, which its files register with.
import "../../src/activities/assess-stock";
import "../../src/activities/say-hello";
import "../../src/activities/track-shipment";
import "../../src/entities/inventory";
import "../../src/orchestrators/hello-cities";
import "../../src/orchestrators/monitor-shipment";
import "../../src/orchestrators/stock-report";

const START = new Date("2026-01-05T08:00:00.000Z");

let hub: TestHub;
afterEach(() => hub.dispose());

describe("helloCities", () => {
  it("greets Tokyo, Seattle and London, one after another", async () => {
    hub = await createTestHub();

    await expect(hub.run("helloCities")).resolves.toMatchObject({
      output: ["Hello Tokyo", "Hello Seattle", "Hello London"],
    });
    expect(hub.calls("sayHello")).toEqual(["Tokyo", "Seattle", "London"]);
  });
});

describe("monitorShipment", () => {
  /** A carrier that has a shipment in transit for the first polls. */
  async function aCarrier({ delivers }: { readonly delivers: number }): Promise<void> {
    hub = await createTestHub({
      startTime: START,
      activities: { trackShipment: () => (hub.calls("trackShipment").length < delivers ? "InTransit" : "Delivered") },
    });
  }

  it("waits and starts over, counting polls, while the shipment is in transit", async () => {
    await aCarrier({ delivers: 3 });
    const { output, completedAt, customStatus } = await hub.run("monitorShipment", {
      trackingNumber: "T1",
      pollSeconds: 7,
    });

    expect(output).toEqual({ trackingNumber: "T1", state: "Delivered", polls: 3 });
    expect(customStatus).toEqual({ state: "Delivered", polls: 3 });
    expect(completedAt?.getTime()).toBe(START.getTime() + 14_000);
    expect(hub.calls("trackShipment")).toEqual(["T1", "T1", "T1"]);
  });

  it("begins a new history with every poll", async () => {
    await aCarrier({ delivers: 100 });
    const { instanceId, input } = await hub.run("monitorShipment", { trackingNumber: "T1" });

    expect(input).toMatchObject({ polls: 99 });
    expect((await hub.history(instanceId)).filter(({ type }) => type === "TaskScheduled")).toHaveLength(1);
  });

  it("gives up after the allowed number of polls", async () => {
    await aCarrier({ delivers: 4 });

    await expect(hub.run("monitorShipment", { trackingNumber: "T1", maxPolls: 3 })).resolves.toMatchObject({
      output: { trackingNumber: "T1", state: "GaveUp", polls: 3 },
    });
  });
});

describe("stockReport", () => {
  it("reads every entity, assesses every reading and adds up", async () => {
    hub = await createTestHub({ startTime: START });
    await hub.signalEntity("inventory", "book", "set", 42);
    await hub.signalEntity("inventory", "book", "reserve", { orderId: "a", quantity: 2 });
    await hub.signalEntity("inventory", "lamp", "set", 3);
    const { output } = await hub.run("stockReport", { skus: ["book", "lamp"] });

    expect(output).toEqual({
      asOf: START.toISOString(),
      lines: [
        { sku: "book", available: 40, reserved: 2, reorder: false },
        { sku: "lamp", available: 3, reserved: 0, reorder: true },
      ],
      available: 43,
      reserved: 2,
      reorder: ["lamp"],
    });
  });

  it("is empty without SKUs", async () => {
    hub = await createTestHub();

    await expect(hub.run("stockReport", { skus: [] })).resolves.toMatchObject({ output: { lines: [], reorder: [] } });
    expect(hub.executed).toEqual([]);
  });
});
