import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createTestHub, type TestHub } from "durable-host/testing";

const SRC = join(__dirname, "../../src");

let hub: TestHub;

beforeAll(async () => {
  for (const folder of ["functions", "orchestrators", "activities", "entities"]) {
    // The same folders as the glob `main` of package.json, loaded the way a host does.
    for (const file of readdirSync(join(SRC, folder))) require(join(SRC, folder, file));
  }
  hub = await createTestHub();
});
afterAll(() => hub.dispose());

/** Names of registered functions by the type of their trigger. */
function registered(triggerType: string): string[] {
  return hub.functions
    .filter(({ trigger }) => trigger.type === triggerType)
    .map(({ name }) => name)
    .sort();
}

describe("the reference app", () => {
  it("registers its orchestrators, activities and entities", () => {
    expect(registered("orchestrationTrigger")).toEqual([
      "helloCities",
      "monitorShipment",
      "processOrder",
      "stockReport",
    ]);
    expect(registered("activityTrigger")).toEqual([
      "assessStock",
      "cancelShipment",
      "chargePayment",
      "refundPayment",
      "sayHello",
      "shipLine",
      "trackShipment",
      "validateOrder",
    ]);
    expect(registered("entityTrigger")).toEqual(["inventory"]);
  });

  it("serves its routes without keys", () => {
    const http = hub.functions.map(({ trigger }) => trigger).filter(({ type }) => type === "httpTrigger");

    expect(http.map((binding) => `${String(binding["methods"])} ${String(binding["route"])}`).sort()).toEqual([
      "GET inventory/{sku}",
      "GET orders/{id}",
      "POST inventory/{sku}",
      "POST orchestrators/{functionName}",
      "POST orders",
      "POST orders/{id}/approve",
    ]);
    expect(new Set(http.map((binding) => binding["authLevel"]))).toEqual(new Set(["anonymous"]));
  });

  it("starts orders from a queue and reports from a timer", () => {
    expect(registered("queueTrigger")).toEqual(["startOrderFromQueue"]);
    expect(registered("timerTrigger")).toEqual(["nightlyStockReport"]);
  });
});
