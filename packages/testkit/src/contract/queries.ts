import type { InstanceFilter, RuntimeStatus } from "@durable-host/engine";
import { aCommit } from "../builders/commits";
import { anEventRaised, anInstanceSeed, BUILT_AT } from "../builders/events";
import type { TestHub } from "./test-hub";

/** Listing instances. */
export function describeQueries(hub: () => TestHub): void {
  describe("queries", () => {
    describe("filters", () => describeFilters(hub));
    describe("pages", () => describePaging(hub));
  });
}

async function ids(hub: TestHub, filter: InstanceFilter): Promise<string[]> {
  const { instances } = await hub.provider.queryInstances({ ...filter, top: 100 });
  return instances.map(({ instanceId }) => instanceId);
}

/** Creates an instance at `BUILT_AT + minute` and gives it a status one minute later. */
async function anInstance(
  hub: TestHub,
  instanceId: string,
  minute: number,
  status: RuntimeStatus,
  name = "order",
): Promise<void> {
  const timestamp = BUILT_AT + minute * 60_000;
  await hub.create(instanceId, { timestamp, name });
  const item = await hub.lockOne();
  const instance = { ...item.instance, runtimeStatus: status, lastUpdatedAt: timestamp + 60_000 };
  await hub.provider.commitOrchestration(item, aCommit(item, { instance }));
}

function describeFilters(hub: () => TestHub): void {
  beforeEach(async () => {
    await anInstance(hub(), "order-3", 3, "Completed");
    await anInstance(hub(), "order-1", 1, "Running");
    await anInstance(hub(), "Order-2", 2, "Failed", "refund");
    await anInstance(hub(), "übung", 4, "Completed");
    const seed = anInstanceSeed("@counter@a", { createdAt: BUILT_AT });
    await hub().provider.sendMessage({ instanceId: "@counter@a", event: anEventRaised("add"), seed });
  });

  it("lists all instances in order of creation", async () => {
    expect(await ids(hub(), {})).toEqual(["@counter@a", "order-1", "Order-2", "order-3", "übung"]);
  });

  it("returns states as getInstance does", async () => {
    const { instances } = await hub().provider.queryInstances({ top: 10, name: "refund" });
    expect(instances).toEqual([await hub().provider.getInstance("Order-2")]);
  });

  it("selects by kind", async () => {
    expect(await ids(hub(), { kind: "entity" })).toEqual(["@counter@a"]);
    expect(await ids(hub(), { kind: "orchestration" })).toEqual(["order-1", "Order-2", "order-3", "übung"]);
  });

  it("selects by one status or several", async () => {
    expect(await ids(hub(), { statuses: ["Completed"] })).toEqual(["order-3", "übung"]);
    expect(await ids(hub(), { statuses: ["Running", "Failed"] })).toEqual(["order-1", "Order-2"]);
    expect(await ids(hub(), { statuses: ["Terminated"] })).toEqual([]);
    expect(await ids(hub(), { statuses: [] })).toHaveLength(5);
    expect(await ids(hub(), { statuses: ["Pending"], kind: "entity" })).toEqual(["@counter@a"]);
  });

  it("selects by creation time, both ends included", async () => {
    const createdFrom = BUILT_AT + 60_000;
    expect(await ids(hub(), { createdFrom, createdTo: BUILT_AT + 180_000 })).toEqual(["order-1", "Order-2", "order-3"]);
    expect(await ids(hub(), { createdFrom: createdFrom + 1 })).toEqual(["Order-2", "order-3", "übung"]);
    expect(await ids(hub(), { createdTo: createdFrom - 1 })).toEqual(["@counter@a"]);
  });

  it("selects by the time of the last update, both ends included", async () => {
    const lastUpdatedFrom = BUILT_AT + 180_000;
    expect(await ids(hub(), { lastUpdatedFrom })).toEqual(["Order-2", "order-3", "übung"]);
    expect(await ids(hub(), { lastUpdatedFrom, lastUpdatedTo: lastUpdatedFrom })).toEqual(["Order-2"]);
  });

  it("selects by the beginning of the id, case and special characters taken literally", async () => {
    expect(await ids(hub(), { instanceIdPrefix: "order-" })).toEqual(["order-1", "order-3"]);
    expect(await ids(hub(), { instanceIdPrefix: "üb" })).toEqual(["übung"]);
    expect(await ids(hub(), { instanceIdPrefix: "order_" })).toEqual([]);
    expect(await ids(hub(), { instanceIdPrefix: "%" })).toEqual([]);
    expect(await ids(hub(), { instanceIdPrefix: "" })).toHaveLength(5);
  });

  it("requires all conditions to hold", async () => {
    expect(await ids(hub(), { statuses: ["Completed"], instanceIdPrefix: "order", name: "order" })).toEqual([
      "order-3",
    ]);
    expect(await ids(hub(), { statuses: ["Failed"], name: "order" })).toEqual([]);
  });
}

function describePaging(hub: () => TestHub): void {
  async function pages(filter: InstanceFilter, top: number): Promise<string[][]> {
    const found: string[][] = [];
    let continuationToken: string | undefined;
    do {
      const page = await hub().provider.queryInstances({ ...filter, top, continuationToken });
      found.push(page.instances.map(({ instanceId }) => instanceId));
      ({ continuationToken } = page);
    } while (continuationToken !== undefined);
    return found;
  }

  it("returns pages of the size asked for, in order, each instance once", async () => {
    for (const instanceId of ["e", "b", "d", "a", "c"]) await hub().create(instanceId);
    const found = await pages({}, 2);
    expect(found.flat()).toEqual(["a", "b", "c", "d", "e"]);
    expect(found.every((page) => page.length <= 2)).toBe(true);
  });

  it("applies the filter to every page", async () => {
    for (let index = 0; index < 6; index++) await hub().create(`i${index}`, { name: index % 2 === 0 ? "even" : "odd" });
    expect((await pages({ name: "odd" }, 1)).flat()).toEqual(["i1", "i3", "i5"]);
  });

  it("goes on after the last one seen when instances come and go between pages", async () => {
    for (const instanceId of ["b", "d", "f"]) await hub().create(instanceId);
    const first = await hub().provider.queryInstances({ top: 2 });
    await hub().provider.purgeInstances(["d"]);
    await hub().create("a");
    await hub().create("e");
    const { instances } = await hub().provider.queryInstances({ top: 9, continuationToken: first.continuationToken });
    expect(instances.map(({ instanceId }) => instanceId)).toEqual(["e", "f"]);
  });

  it("finds the few among the many", async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => `many-${String(index).padStart(4, "0")}`);
    await Promise.all(many.map((instanceId) => hub().create(instanceId)));
    await hub().create("zz-last", { timestamp: BUILT_AT + 1 });
    expect(await ids(hub(), { instanceIdPrefix: "zz" })).toEqual(["zz-last"]);
    expect((await pages({}, 1_700)).flat()).toEqual([...many, "zz-last"]);
  });

  it("refuses a continuation token it did not make", async () => {
    const query = hub().provider.queryInstances({ top: 1, continuationToken: "not a token" });
    await expect(query).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
}
