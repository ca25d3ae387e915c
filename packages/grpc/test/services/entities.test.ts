import {
  EntityInstanceId,
  OrchestrationStatus,
  TaskEntity,
  type EntityMetadata,
  type OrchestrationContext,
} from "@microsoft/durabletask-js";
import { waitUntil } from "@durable-host/testkit";
import type { SdkFunctions } from "../work/sdk-worker";
import { LoopbackHub } from "./loopback-hub";

// What a step resolves to depends on the task.
// oxlint-disable-next-line typescript/no-explicit-any
type Steps = AsyncGenerator<unknown, any, any>;

class Log extends TaskEntity<unknown[]> {
  protected override initializeState(): unknown[] {
    return [];
  }
  append(entry: unknown): void {
    this.state.push(entry);
  }
  // The SDK leaves `state` unset when it is null: the entity is gone.
  forget(): void {
    (this as unknown as { state: null }).state = null;
  }
  begin(instanceId: string | null): string | undefined {
    return this.context?.scheduleNewOrchestration("echo", "begun", instanceId === null ? undefined : { instanceId });
  }
}

const locked = new EntityInstanceId("log", "locked");

const functions: SdkFunctions = {
  orchestrators: {
    echo: (_: OrchestrationContext, input: unknown) => input,
    async *locking(context: OrchestrationContext, ending: string): Steps {
      yield context.entities.lockEntities(locked);
      yield context.waitForExternalEvent("go");
      yield context.entities.callEntity(locked, "append", ending);
      if (ending === "fails") throw new Error("inside");
      if (ending === "renews") context.continueAsNew("completes", true);
    },
  },
  entities: { log: () => new Log() },
};

let loopback: LoopbackHub;
beforeAll(async () => (loopback = await LoopbackHub.start(functions)));
afterAll(() => loopback.stop());

function log(key: string): EntityInstanceId {
  return new EntityInstanceId("log", key);
}

async function entriesOf(id: EntityInstanceId): Promise<unknown[] | undefined> {
  return (await loopback.client.getEntity<unknown[]>(id))?.state;
}

function entriesUntil(id: EntityInstanceId, count: number): Promise<unknown[]> {
  return waitUntil(`${count} entries`, async () => {
    const entries = await entriesOf(id);
    return entries && entries.length >= count ? entries : undefined;
  });
}

async function listed(includeTransient: boolean): Promise<EntityMetadata[]> {
  const found: EntityMetadata[] = [];
  for await (const entity of loopback.client.getEntities({ includeTransient })) found.push(entity);
  return found;
}

describe("signals", () => {
  it("of one client apply in their order, each once [GR59]", async () => {
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    for (const number of numbers) await loopback.client.signalEntity(log("ordered"), "append", number);
    expect(await entriesUntil(log("ordered"), 100)).toEqual(numbers);
  });

  it("that are delayed come no earlier than they are to [GR64]", async () => {
    const due = Date.now() + 1_500;
    await loopback.client.signalEntity(log("later"), "append", "late", { signalTime: new Date(due) });
    await loopback.client.signalEntity(log("later"), "append", "first");
    expect(await entriesUntil(log("later"), 1)).toEqual(["first"]);
    expect(await entriesUntil(log("later"), 2)).toEqual(["first", "late"]);
    expect(Date.now()).toBeGreaterThanOrEqual(due);
  });

  it("can start orchestrations, under a given id or one of the server's [GR65]", async () => {
    const { client } = loopback;
    await client.signalEntity(log("starter"), "begin", "named-by-entity");
    const state = await client.waitForOrchestrationCompletion("named-by-entity", true, 30);
    expect(state).toMatchObject({ name: "echo", serializedOutput: '"begun"' });

    await client.signalEntity(log("starter"), "begin", null);
    const all = await waitUntil("both orchestrations", async () => {
      const found: string[] = [];
      for await (const each of client.getAllInstances()) if (each.name === "echo") found.push(each.instanceId);
      return found.length === 2 ? found : undefined;
    });
    expect(all[1]).toMatch(/^[0-9a-f-]{32,36}$/);
  });
});

describe("an entity", () => {
  it("is gone with its state, but for who asks for what is left of it [GR61, GR68]", async () => {
    const { client } = loopback;
    await client.signalEntity(log("Gone"), "append", 1);
    await entriesUntil(log("Gone"), 1);
    await client.signalEntity(log("Gone"), "forget");
    await waitUntil("the entity to be gone", async () => ((await entriesOf(log("Gone"))) ? undefined : true));
    const isGone = ({ id }: EntityMetadata): boolean => id.key === "Gone";

    expect((await listed(false)).filter(isGone)).toEqual([]);
    // Whether something is left depends on when the store tidies up.
    expect((await listed(true)).filter(isGone).every(({ includesState }) => !includesState)).toBe(true);
    const cleaned = await client.cleanEntityStorage();
    expect(cleaned).toMatchObject({ orphanedLocksReleased: 0 });
    expect((await listed(true)).filter(isGone)).toEqual([]);
  });

  it("keeps the case of its key, and is purged once [GR68, GR69]", async () => {
    const { client } = loopback;
    await client.signalEntity(log("CaseMatters"), "append", 1);
    await entriesUntil(log("CaseMatters"), 1);
    expect(await entriesOf(log("casematters"))).toBeUndefined();

    const purge = async (): Promise<number | undefined> =>
      (await client.purgeOrchestration("@log@CaseMatters"))?.deletedInstanceCount;
    expect([await purge(), await purge()]).toEqual([1, 0]);
    expect(await entriesOf(log("CaseMatters"))).toBeUndefined();
  });
});

describe("a critical section", () => {
  async function enter(ending: string): Promise<string> {
    const id = await loopback.client.scheduleNewOrchestration("locking", ending);
    await waitUntil("the lock", async () => (await loopback.client.getEntity(locked))?.lockedBy === id || undefined);
    return id;
  }

  async function leave(id: string): Promise<OrchestrationStatus | undefined> {
    await loopback.client.raiseOrchestrationEvent(id, "go");
    return (await loopback.client.waitForOrchestrationCompletion(id, false, 30))?.runtimeStatus;
  }

  beforeAll(async () => {
    await loopback.client.signalEntity(locked, "append", "made");
    await entriesUntil(locked, 1);
  });

  it("keeps signals of others waiting, and tells whose it is, until it is left [GR62, GR63]", async () => {
    const id = await enter("completes");
    await loopback.client.signalEntity(locked, "append", "outside");
    const held = await waitUntil("the signal to wait", async () => {
      const entity = await loopback.client.getEntity<unknown[]>(locked);
      return entity?.backlogQueueSize ? entity : undefined;
    });
    expect(held).toMatchObject({ lockedBy: id, state: ["made"] });

    expect(await leave(id)).toBe(OrchestrationStatus.COMPLETED);
    expect(await entriesUntil(locked, 3)).toEqual(["made", "completes", "outside"]);
    expect((await loopback.client.getEntity(locked))?.lockedBy).toBeUndefined();
  });

  it("is left by whoever fails in it, continues as new or is terminated [GR63]", async () => {
    expect(await leave(await enter("fails"))).toBe(OrchestrationStatus.FAILED);
    const renewed = await enter("renews");
    await loopback.client.raiseOrchestrationEvent(renewed, "go");
    const entries = await entriesUntil(locked, 5);
    expect(entries.slice(3)).toEqual(["fails", "renews"]);
    // It has to come by the lock anew, which only works if it has let it go.
    expect(await leave(renewed)).toBe(OrchestrationStatus.COMPLETED);

    const ended = await enter("terminated");
    await loopback.client.terminateOrchestration(ended);
    await loopback.client.signalEntity(locked, "append", "free");
    expect((await entriesUntil(locked, 7)).at(-1)).toBe("free");
  });
});
