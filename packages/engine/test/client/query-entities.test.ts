import type { EntityQuery, InstanceQuery, InstanceState, StorageProvider } from "@durable-host/engine";
import { getEntity, queryEntities } from "../../src/client/query-entities";
import type { SchedulerState } from "../../src/decide/entity/scheduler-state";
import { anInstance, T0 } from "../decide/events";

const anEntity = (instanceId: string, state: SchedulerState): InstanceState =>
  anInstance({ instanceId, name: instanceId, runtimeStatus: "Running", input: JSON.stringify(state) });

const waiting = [{ id: "1", op: "add" }];
const entities = [
  anEntity("@account@a", { exists: true, state: "5", lockedBy: "owner", queue: waiting }),
  anEntity("@account@b", { lockedBy: "owner" }),
  anEntity("@account@c", { exists: true, state: "7" }),
  anEntity("@counter@a", { exists: true, state: "1" }),
];

const queries: InstanceQuery[] = [];
const provider = {
  getInstance: async (id: string) => entities.find(({ instanceId }) => instanceId === id),
  async queryInstances(query: InstanceQuery) {
    queries.push(query);
    const { instanceIdPrefix = "", continuationToken = "0", top } = query;
    const found = entities.filter(({ instanceId }) => instanceId.startsWith(instanceIdPrefix));
    const end = Number(continuationToken) + top;
    const more = end < found.length ? { continuationToken: String(end) } : {};
    return { instances: found.slice(Number(continuationToken), end), ...more };
  },
} as Partial<StorageProvider> as StorageProvider;

const keys = async (query: Partial<EntityQuery>) => {
  const page = await queryEntities(provider, { fetchState: false, top: 10, ...query });
  return page.entities.map(({ id }) => `${id.name}/${id.key}`);
};

describe("an entity", () => {
  it("is told with who has locked it and how much waits for it [GR62]", async () => {
    const id = { name: "account", key: "a" };
    expect(await getEntity(provider, id)).toEqual({
      id,
      state: "5",
      lastOperationAt: T0,
      lockedBy: "owner",
      backlog: 1,
    });
    const free = { name: "account", key: "c" };
    expect(await getEntity(provider, free)).toEqual({ id: free, state: "7", lastOperationAt: T0, backlog: 0 });
  });

  it("does not exist without a state, locked or not [GR61]", async () => {
    expect(await getEntity(provider, { name: "account", key: "b" })).toBeUndefined();
    expect(await getEntity(provider, { name: "account", key: "z" })).toBeUndefined();
  });
});

describe("a query of entities", () => {
  it("has those without a state only when asked for them [GR61]", async () => {
    expect(await keys({ name: "Account" })).toEqual(["account/a", "account/c"]);
    expect(await keys({ name: "Account", includeTransient: true })).toEqual(["account/a", "account/b", "account/c"]);
  });

  it("selects by a name, by what the id begins with, or by both", async () => {
    expect(await keys({ instanceIdPrefix: "@account@c" })).toEqual(["account/c"]);
    expect(await keys({ instanceIdPrefix: "@" })).toHaveLength(3);
    expect(await keys({ name: "account", instanceIdPrefix: "@account@a" })).toEqual(["account/a"]);
    expect(await keys({ name: "account", instanceIdPrefix: "@acc" })).toEqual(["account/a", "account/c"]);
    expect(await keys({ name: "account", instanceIdPrefix: "@counter@a" })).toEqual([]);
    expect(await keys({})).toHaveLength(3);
  });

  it("reads on until its page is full", async () => {
    const page = await queryEntities(provider, { fetchState: true, top: 2 });
    expect(page.entities.map(({ state }) => state)).toEqual(["5", "7"]);
    const rest = await queryEntities(provider, { fetchState: true, top: 2, continuationToken: page.continuationToken });
    expect(rest.entities.map(({ state }) => state)).toEqual(["1"]);
  });
});
