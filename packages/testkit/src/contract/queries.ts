import type { InstanceFilter, RuntimeStatus } from "@durable-host/engine";
import { aCommit } from "../builders/commits";
import { anEventRaised, anInstanceSeed, BUILT_AT } from "../builders/events";
import type { TestHub } from "./test-hub";

/** Listing instances. */
export function describeQueries(hub: () => TestHub): void {
  describe("queries", () => {
    describe("filters", () => describeFilters(hub));
    describe("searches", () => describeSearches(hub));
    describe("pages", () => describePaging(hub));
  });
}

async function ids(hub: TestHub, filter: InstanceFilter): Promise<string[]> {
  const { instances } = await hub.provider.queryInstances({ ...filter, top: 100 });
  return listed(
    hub,
    instances.map(({ instanceId }) => instanceId),
  );
}

/** Ids as they are listed: in order of the times given, or of what the tests make of them, where the store keeps its own. */
function listed(hub: TestHub, instanceIds: readonly string[]): string[] {
  if (!hub.lacks("given times")) return [...instanceIds];
  return instanceIds.toSorted((left, right) => (left.toLowerCase() < right.toLowerCase() ? -1 : 1));
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
    await anInstance(hub(), "practice", 4, "Completed");
    const seed = anInstanceSeed("@counter@a", { createdAt: BUILT_AT });
    await hub().provider.sendMessage({ instanceId: "@counter@a", event: anEventRaised("add"), seed });
  });

  it("lists all instances in order of creation", async () => {
    expect(await ids(hub(), {})).toEqual(["@counter@a", "order-1", "Order-2", "order-3", "practice"]);
  });

  it("returns states as getInstance does", async () => {
    const { instances } = await hub().provider.queryInstances({ top: 10, name: "refund" });
    expect(instances).toEqual([await hub().provider.getInstance("Order-2")]);
  });

  it("selects by kind", async () => {
    expect(await ids(hub(), { kind: "entity" })).toEqual(["@counter@a"]);
    expect(await ids(hub(), { kind: "orchestration" })).toEqual(["order-1", "Order-2", "order-3", "practice"]);
  });

  it("selects by one status or several", async () => {
    expect(await ids(hub(), { statuses: ["Completed"] })).toEqual(["order-3", "practice"]);
    expect(await ids(hub(), { statuses: ["Running", "Failed"] })).toEqual(["order-1", "Order-2"]);
    expect(await ids(hub(), { statuses: ["Terminated"] })).toEqual([]);
    expect(await ids(hub(), { statuses: [] })).toHaveLength(5);
    expect(await ids(hub(), { statuses: ["Pending"], kind: "entity" })).toEqual(["@counter@a"]);
  });

  it("selects by creation time, both ends included", async () => {
    if (hub().lacks("given times")) return;
    const createdFrom = BUILT_AT + 60_000;
    expect(await ids(hub(), { createdFrom, createdTo: BUILT_AT + 180_000 })).toEqual(["order-1", "Order-2", "order-3"]);
    expect(await ids(hub(), { createdFrom: createdFrom + 1 })).toEqual(["Order-2", "order-3", "practice"]);
    expect(await ids(hub(), { createdTo: createdFrom - 1 })).toEqual(["@counter@a"]);
  });

  it("selects by the time of the last update, both ends included", async () => {
    if (hub().lacks("given times")) return;
    const lastUpdatedFrom = BUILT_AT + 180_000;
    expect(await ids(hub(), { lastUpdatedFrom })).toEqual(["Order-2", "order-3", "practice"]);
    expect(await ids(hub(), { lastUpdatedFrom, lastUpdatedTo: lastUpdatedFrom })).toEqual(["Order-2"]);
  });

  it("selects by the beginning of the id, case and special characters taken literally", async () => {
    expect(await ids(hub(), { instanceIdPrefix: "order-" })).toEqual(["order-1", "order-3"]);
    expect(await ids(hub(), { instanceIdPrefix: "pr" })).toEqual(["practice"]);
    expect(await ids(hub(), { instanceIdPrefix: "order\u{10ffff}" })).toEqual([]);
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

/** Creates a running instance with tags and a custom status; tags come from its start. */
async function aTaggedInstance(
  hub: TestHub,
  instanceId: string,
  tags: Readonly<Record<string, string>> | undefined,
  customStatus: string | null = null,
): Promise<void> {
  await hub.create(instanceId, tags === undefined ? {} : { tags });
  const item = await hub.lockOne();
  const instance = { ...item.instance, runtimeStatus: "Running" as const, customStatus };
  await hub.provider.commitOrchestration(item, aCommit(item, { instance }));
}

function describeSearches(hub: () => TestHub): void {
  it("selects by the whole name, whatever its case [DF16]", async () => {
    await hub().create("i1", { name: "processOrder" });
    await hub().create("i2", { name: "processOrders" });
    expect(await ids(hub(), { name: "PROCESSorder" })).toEqual(["i1"]);
    expect(await ids(hub(), { name: "processOrde_" })).toEqual([]);
    expect(await ids(hub(), { name: "process%" })).toEqual([]);
  });

  it("selects by tags, all of which must match exactly", async () => {
    if (hub().lacks("tags")) return;
    await aTaggedInstance(hub(), "i1", { tenant: "a", region: "eu" });
    await aTaggedInstance(hub(), "i2", { tenant: "a" });
    await aTaggedInstance(hub(), "i3", { tenant: "A", region: "eu" });
    await aTaggedInstance(hub(), "i4", undefined, '{"tenant":"a"}');
    expect(await ids(hub(), { tags: { tenant: "a" } })).toEqual(["i1", "i2"]);
    expect(await ids(hub(), { tags: { region: "eu", tenant: "a" } })).toEqual(["i1"]);
    expect(await ids(hub(), { tags: { Tenant: "a" } })).toEqual([]);
    expect(await ids(hub(), { tags: { tenant: "" } })).toEqual([]);
    expect(await ids(hub(), { tags: {} })).toHaveLength(4);
  });

  it("takes every character of a tag literally", async () => {
    if (hub().lacks("tags")) return;
    const odd: Readonly<Record<string, string>> = { 'a"b': "1", "c\\d": "2", "e.f": "3", "100%": "_", "ü[0]": "" };
    await aTaggedInstance(hub(), "odd", odd);
    await aTaggedInstance(hub(), "plain", { e: "3", ab: "1", "1000": "x" });
    for (const [tag, value] of Object.entries(odd))
      expect(await ids(hub(), { tags: { [tag]: value } })).toEqual(["odd"]);
    expect(await ids(hub(), { tags: { "100%": "%" } })).toEqual([]);
    expect(await ids(hub(), { tags: { "%": "_" } })).toEqual([]);
  });

  it("selects by a part of the custom status, taken literally", async () => {
    await aTaggedInstance(hub(), "i1", undefined, '{"stage":"Shipping","done":"100%"}');
    await aTaggedInstance(hub(), "i2", undefined, '{"stage":"shipping_slowly","note":"it\'s [ok]"}');
    await aTaggedInstance(hub(), "i3", undefined, null);
    const found = (customStatusContains: string) => ids(hub(), { customStatusContains });
    expect(await found('"stage":"Shipping"')).toEqual(["i1"]);
    expect(await found("100%")).toEqual(["i1"]);
    expect(await found("1%0")).toEqual([]);
    expect(await found("shipping_slowly")).toEqual(["i2"]);
    expect(await found("Shipping_")).toEqual([]);
    expect(await found("it's [ok]")).toEqual(["i2"]);
    expect(await found("")).toHaveLength(3);
  });

  it("finds what a commit has changed, and no longer what was there before", async () => {
    if (hub().lacks("tags")) return;
    await aTaggedInstance(hub(), "i1", { tenant: "a" }, '"packing"');
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const item = await hub().lockOne();
    const instance = { ...item.instance, customStatus: '"shipping"' };
    await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    expect(await ids(hub(), { customStatusContains: "packing" })).toEqual([]);
    expect(await ids(hub(), { customStatusContains: "shipping", tags: { tenant: "a" } })).toEqual(["i1"]);
  });

  it("combines all filters, page by page, and ends [DF15, DF16]", async () => {
    if (hub().lacks("given times")) return;
    for (let index = 0; index < 8; index++) {
      const tags = { tenant: index % 2 === 0 ? "a" : "b" };
      await aTaggedInstance(hub(), `order-${index}`, tags, index < 6 ? '"packing"' : '"shipping"');
    }
    await aTaggedInstance(hub(), "refund-0", { tenant: "a" }, '"packing"');
    const filter: InstanceFilter = {
      name: "ORDER",
      instanceIdPrefix: "order-",
      tags: { tenant: "a" },
      customStatusContains: "pack",
      statuses: ["Running", "Pending"],
      createdFrom: BUILT_AT,
      createdTo: BUILT_AT,
    };
    expect((await pagesOf(hub(), filter, 1)).filter((page) => page.length > 0)).toEqual([
      ["order-0"],
      ["order-2"],
      ["order-4"],
    ]);
  });

  it("shows tags as they were given", async () => {
    if (hub().lacks("tags")) return;
    await aTaggedInstance(hub(), "i1", { tenant: "a", note: "" });
    expect((await hub().provider.queryInstances({ top: 1 })).instances[0]?.tags).toEqual({ tenant: "a", note: "" });
  });
}

/** The ids of all pages of a query. */
async function pagesOf(hub: TestHub, filter: InstanceFilter, top: number): Promise<string[][]> {
  const found: string[][] = [];
  let continuationToken: string | undefined;
  do {
    const page = await hub.provider.queryInstances({ ...filter, top, continuationToken });
    found.push(page.instances.map(({ instanceId }) => instanceId));
    ({ continuationToken } = page);
  } while (continuationToken !== undefined);
  return found;
}

function describePaging(hub: () => TestHub): void {
  const pages = (filter: InstanceFilter, top: number) => pagesOf(hub(), filter, top);

  it("returns pages of the size asked for, in order, each instance once", async () => {
    for (const instanceId of ["e", "b", "d", "a", "c"]) await hub().create(instanceId);
    const found = await pages({}, 2);
    expect(listed(hub(), found.flat())).toEqual(["a", "b", "c", "d", "e"]);
    expect(found.every((page) => page.length <= 2)).toBe(true);
  });

  it("applies the filter to every page", async () => {
    for (let index = 0; index < 6; index++) await hub().create(`i${index}`, { name: index % 2 === 0 ? "even" : "odd" });
    expect((await pages({ name: "odd" }, 1)).flat()).toEqual(["i1", "i3", "i5"]);
  });

  it("goes on after the last one seen when instances come and go between pages", async () => {
    if (hub().lacks("given times")) return;
    for (const instanceId of ["b", "d", "f"]) await hub().create(instanceId);
    const first = await hub().provider.queryInstances({ top: 2 });
    await hub().provider.purgeInstances(["d"]);
    await hub().create("a");
    await hub().create("e");
    const { instances } = await hub().provider.queryInstances({ top: 9, continuationToken: first.continuationToken });
    expect(instances.map(({ instanceId }) => instanceId)).toEqual(["e", "f"]);
  });

  it("finds the few among the many", async () => {
    if (hub().lacks("given times")) return;
    const many = Array.from({ length: 5_000 }, (_, index) => `many-${String(index).padStart(4, "0")}`);
    await Promise.all(many.map((instanceId) => hub().create(instanceId)));
    await hub().create("zz-last", { timestamp: BUILT_AT + 1 });
    expect(await ids(hub(), { instanceIdPrefix: "zz" })).toEqual(["zz-last"]);
    expect((await pages({ instanceIdPrefix: "many-000" }, 3)).flat()).toEqual(many.slice(0, 10));
    expect((await pages({ instanceIdPrefix: "many-" }, 1_700)).flat()).toEqual(many);
    expect((await pages({}, 1_700)).flat()).toEqual([...many, "zz-last"]);
  });

  it("refuses a continuation token it did not make", async () => {
    const query = hub().provider.queryInstances({ top: 1, continuationToken: "not a token" });
    await expect(query).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
}
