import type { InstanceState } from "@durable-host/engine";
import { InstanceRecord } from "../../src/work/instance-record";
import { StateCache } from "../../src/work/state-cache";

const ONE_STATE = 800;

function aState(instanceId: string, fields: Partial<InstanceState> = {}): InstanceState {
  return {
    instanceId,
    executionId: "e1",
    name: "order",
    version: "",
    runtimeStatus: "Pending",
    input: "x".repeat(100),
    output: null,
    customStatus: null,
    createdAt: 0,
    lastUpdatedAt: 0,
    ...fields,
  };
}

const aRecord = (instanceId: string) =>
  new InstanceRecord({ key: 1, instanceId, kind: "orchestration", executionId: "e1", status: "Pending" });

it("keeps states up to its limit and drops the one used longest ago", () => {
  const evicted: string[] = [];
  const cache = new StateCache(2 * ONE_STATE, (record) => evicted.push(record.instanceId));
  const [a, b, c] = [aRecord("a"), aRecord("b"), aRecord("c")];
  cache.put(a, aState("a"), 1);
  cache.put(b, aState("b"), 2);
  cache.put(a, aState("a"), 3);
  cache.put(c, aState("c"), 4);
  expect(evicted).toEqual(["b"]);
  expect([a.state?.instanceId, b.state, c.historyLength]).toEqual(["a", undefined, 4]);
});

it("counts a state once, however often it changes, and gives its room back when it is dropped", () => {
  const evicted: string[] = [];
  const cache = new StateCache(2 * ONE_STATE, (record) => evicted.push(record.instanceId));
  const [a, b, c] = [aRecord("a"), aRecord("b"), aRecord("c")];
  for (let change = 0; change < 10; change++) cache.put(a, aState("a"), change);
  cache.drop(a);
  cache.drop(a);
  cache.put(b, aState("b"), 1);
  cache.put(c, aState("c"), 1);
  expect(evicted).toEqual([]);
});

it("takes execution and status of a record from its state", () => {
  const cache = new StateCache(10 * ONE_STATE, () => {});
  const a = aRecord("a");
  cache.put(a, aState("a", { executionId: "e2", runtimeStatus: "Failed" }), 5);
  expect([a.executionId, a.status]).toEqual(["e2", "Failed"]);
});
