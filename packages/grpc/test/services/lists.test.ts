import { EntityInstanceId, OrchestrationStatus, TaskEntity, type Page } from "@microsoft/durabletask-js";
import { waitUntil } from "@durable-host/testkit";
import { LoopbackHub } from "./loopback-hub";

class Counter extends TaskEntity<number> {
  protected override initializeState(): number {
    return 0;
  }
  add(amount: number): void {
    this.state += amount;
  }
}

let loopback: LoopbackHub;
beforeAll(async () => {
  loopback = await LoopbackHub.start({
    orchestrators: {
      echo: (_, input) => input,
      fail: () => {
        throw new Error("it fails");
      },
    },
    entities: { counter: () => new Counter() },
  });
});
afterAll(() => loopback.stop());

async function pagesOf<T>(pages: AsyncIterable<Page<T>>): Promise<Page<T>[]> {
  const all: Page<T>[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

describe("lists of orchestrations", () => {
  const ids = Array.from({ length: 10 }, (_, index) => `list-${index}`);

  beforeAll(async () => {
    for (const [index, id] of ids.entries()) {
      await loopback.client.scheduleNewOrchestration(index === 4 ? "fail" : "echo", index, id);
      await loopback.client.waitForOrchestrationCompletion(id, false, 30);
    }
    const id = new EntityInstanceId("counter", "listed");
    await loopback.client.signalEntity(id, "add", 1);
    await waitUntil("the entity to exist", async () => loopback.client.getEntity(id));
  });

  it("come in pages without gaps, and have no entities [GR56]", async () => {
    const pages = await pagesOf(
      loopback.client.getAllInstances({ pageSize: 3, fetchInputsAndOutputs: true }).asPages(),
    );

    expect(pages.map(({ values }) => values.length)).toEqual([3, 3, 3, 1]);
    expect(pages.flatMap(({ values }) => values.map(({ instanceId }) => instanceId))).toEqual(ids);
    expect(pages.map(({ hasMoreResults }) => hasMoreResults)).toEqual([true, true, true, false]);
    expect(pages[0]?.values[2]?.serializedInput).toBe("2");
  });

  it("are selected by status, time and beginning of the id together [GR56]", async () => {
    const fourth = await loopback.client.getOrchestrationState("list-4");
    const selected = await pagesOf(
      loopback.client
        .getAllInstances({
          statuses: [OrchestrationStatus.COMPLETED],
          createdFrom: fourth?.createdAt,
          instanceIdPrefix: "list-",
        })
        .asPages(),
    );
    const found = selected.flatMap(({ values }) => values.map(({ instanceId }) => instanceId));
    expect(found).toEqual(ids.slice(5));
    const failed = loopback.client.getAllInstances({ statuses: [OrchestrationStatus.FAILED] });
    const states = [];
    for await (const state of failed) states.push(state.instanceId);
    expect(states).toEqual(["list-4"]);
  });

  it("of ids have what has ended, in that order, and go on from a key [GR57]", async () => {
    const first = await loopback.client.listInstanceIds({ pageSize: 6 });
    const second = await loopback.client.listInstanceIds({ pageSize: 6, lastInstanceKey: first.continuationToken });

    expect([...first.values, ...second.values]).toEqual(ids);
    expect(second.hasMoreResults).toBe(false);
    const failed = await loopback.client.listInstanceIds({ runtimeStatus: [OrchestrationStatus.FAILED] });
    expect(failed.values).toEqual(["list-4"]);
  });
});
