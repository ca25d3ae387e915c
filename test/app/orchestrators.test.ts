import { assessStock } from "../../src/activities/assess-stock";
import { sayHello } from "../../src/activities/say-hello";
import { helloCities } from "../../src/orchestrators/hello-cities";
import { monitorShipment } from "../../src/orchestrators/monitor-shipment";
import { stockReport } from "../../src/orchestrators/stock-report";
import { runOrchestrator, START } from "./run-orchestrator";

describe("helloCities", () => {
  it("greets Tokyo, Seattle and London, one after another", () => {
    const { output, calls } = runOrchestrator(helloCities, { activities: { sayHello } });

    expect(output).toEqual(["Hello Tokyo", "Hello Seattle", "Hello London"]);
    expect(calls).toEqual(["sayHello", "sayHello", "sayHello"]);
  });
});

describe("monitorShipment", () => {
  it("waits and starts over with the number of polls while the shipment is in transit", () => {
    const outcome = runOrchestrator(monitorShipment, {
      input: { trackingNumber: "T1", pollSeconds: 7, polls: 2 },
      activities: { trackShipment: () => "InTransit" },
    });

    expect(outcome.continuedAsNew).toEqual({ trackingNumber: "T1", pollSeconds: 7, maxPolls: 1000, polls: 3 });
    expect(outcome.timers).toEqual([{ fireAt: new Date(START.getTime() + 7000), canceled: false }]);
  });

  it("ends when the shipment is delivered", () => {
    const outcome = runOrchestrator(monitorShipment, {
      input: { trackingNumber: "T1", polls: 4 },
      activities: { trackShipment: () => "Delivered" },
    });

    expect(outcome.output).toEqual({ trackingNumber: "T1", state: "Delivered", polls: 5 });
    expect(outcome.continuedAsNew).toBeUndefined();
  });

  it("gives up after the allowed number of polls", () => {
    const outcome = runOrchestrator(monitorShipment, {
      input: { trackingNumber: "T1", maxPolls: 3, polls: 2 },
      activities: { trackShipment: () => "InTransit" },
    });

    expect(outcome.output).toEqual({ trackingNumber: "T1", state: "GaveUp", polls: 3 });
  });
});

describe("stockReport", () => {
  it("reads every entity, assesses every reading and adds up", () => {
    const stock: Record<string, { available: number; reserved: number }> = {
      book: { available: 40, reserved: 2 },
      lamp: { available: 3, reserved: 1 },
    };
    const { output } = runOrchestrator(stockReport, {
      input: { skus: ["book", "lamp"] },
      entity: (id) => stock[id.key],
      activities: { assessStock },
    });

    expect(output).toEqual({
      asOf: START.toISOString(),
      lines: [
        { sku: "book", available: 40, reserved: 2, reorder: false },
        { sku: "lamp", available: 3, reserved: 1, reorder: true },
      ],
      available: 43,
      reserved: 3,
      reorder: ["lamp"],
    });
  });

  it("is empty without SKUs", () => {
    const { output, calls } = runOrchestrator(stockReport, { input: { skus: [] } });

    expect(output).toMatchObject({ lines: [], reorder: [] });
    expect(calls).toEqual([]);
  });
});
