import type { InstanceIdQuery, InstanceQuery, InstanceState, StorageProvider } from "@durable-host/engine";
import { listInstanceIds } from "../../src/client/list-instance-ids";
import { anInstance, T0 } from "../decide/events";

const ended = (instanceId: string, completedAt: number, fields: Partial<InstanceState> = {}): InstanceState =>
  anInstance({ instanceId, runtimeStatus: "Completed", completedAt, lastUpdatedAt: completedAt, ...fields });

/** A store that lists these instances in pages of two. */
function aStore(instances: InstanceState[]) {
  const queries: InstanceQuery[] = [];
  const provider = {
    async queryInstances(query: InstanceQuery) {
      queries.push(query);
      const { statuses = [], continuationToken = "0", lastUpdatedFrom = 0 } = query;
      const matching = instances.filter(
        (each) => statuses.includes(each.runtimeStatus) && each.lastUpdatedAt >= lastUpdatedFrom,
      );
      const begin = Number(continuationToken);
      const more = begin + 2 < matching.length ? { continuationToken: String(begin + 2) } : {};
      return { instances: matching.slice(begin, begin + 2), ...more };
    },
  } as Partial<StorageProvider> as StorageProvider;
  const list = (query: Partial<InstanceIdQuery> = {}) => listInstanceIds(provider, { top: 100, ...query });
  return { list, queries, instances };
}

const some = () =>
  aStore([
    ended("late", T0 + 30),
    ended("b", T0 + 10),
    ended("failed", T0 + 20, { runtimeStatus: "Failed" }),
    ended("a", T0 + 10),
    anInstance({ instanceId: "running", runtimeStatus: "Running" }),
    ended("B", T0 + 10),
  ]);

describe("a list of the ids of what has ended", () => {
  it("is in the order of the ends, then of the ids, and has nothing that runs [GR57]", async () => {
    const { list, queries } = some();
    expect(await list()).toEqual({ instanceIds: ["B", "a", "b", "failed", "late"] });
    expect(queries[0]).toMatchObject({ kind: "orchestration" });
  });

  it("selects by status and by a window of time, both limits included [GR57]", async () => {
    const { list } = some();
    expect((await list({ statuses: ["Failed", "Running"] })).instanceIds).toEqual(["failed"]);
    expect((await list({ statuses: ["Running"] })).instanceIds).toEqual([]);
    expect((await list({ completedFrom: T0 + 20, completedTo: T0 + 30 })).instanceIds).toEqual(["failed", "late"]);
    expect((await list({ completedTo: T0 + 10 })).instanceIds).toEqual(["B", "a", "b"]);
    expect((await list({ completedFrom: T0 + 31 })).instanceIds).toEqual([]);
  });

  it("goes on where it was left, whatever has come and gone since [GR57]", async () => {
    const { list, instances } = some();
    const first = await list({ top: 2 });
    expect(first.instanceIds).toEqual(["B", "a"]);
    instances.splice(3, 1);
    instances.push(ended("early", T0 + 5), ended("c", T0 + 10), ended("later", T0 + 40));
    const second = await list({ top: 3, continuationToken: first.continuationToken });
    expect(second.instanceIds).toEqual(["b", "c", "failed"]);
    const third = await list({ top: 3, continuationToken: second.continuationToken });
    expect(third).toEqual({ instanceIds: ["late", "later"] });
  });

  it("hands out every id once in pages of any size", async () => {
    for (let top = 1; top <= 6; top++) {
      const { list } = some();
      const all: string[] = [];
      let continuationToken: string | undefined;
      do {
        const page = await list({ top, continuationToken });
        all.push(...page.instanceIds);
        ({ continuationToken } = page);
      } while (continuationToken !== undefined);
      expect(all).toEqual(["B", "a", "b", "failed", "late"]);
    }
  });

  it("refuses a token it did not make, and pages of no size", async () => {
    const { list } = some();
    for (const wrong of [{ continuationToken: "x" }, { top: 0 }, { top: Number.NaN }]) {
      await expect(list(wrong)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});
