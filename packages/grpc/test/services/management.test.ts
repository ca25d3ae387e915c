import { status } from "@grpc/grpc-js";
import {
  OrchestrationStatus,
  PurgeInstanceCriteria,
  type OrchestrationContext,
  type OrchestrationState,
} from "@microsoft/durabletask-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { pb } from "../../src/proto/messages";
import { ask } from "../server/open-server";
import type { SdkFunctions } from "../work/sdk-worker";
import { LoopbackHub } from "./loopback-hub";

// What a step resolves to depends on the task.
// oxlint-disable-next-line typescript/no-explicit-any
type Steps = AsyncGenerator<unknown, any, any>;

const { ORCHESTRATION_STATUS_COMPLETED, ORCHESTRATION_STATUS_RUNNING, ORCHESTRATION_STATUS_TERMINATED } =
  pb.OrchestrationStatus;
const runs: string[] = [];
let isBroken = false;

const functions: SdkFunctions = {
  orchestrators: {
    echo: (_: OrchestrationContext, input: unknown) => input,
    async *waiting(context: OrchestrationContext): Steps {
      context.setCustomStatus("waiting");
      return yield context.waitForExternalEvent("go");
    },
    async *parent(context: OrchestrationContext, fails: boolean): Steps {
      yield context.callActivity("note", "parent");
      return yield context.callSubOrchestrator("child", fails, { instanceId: `${context.instanceId}-child` });
    },
    async *child(context: OrchestrationContext, fails: boolean): Steps {
      yield context.callActivity("note", "child");
      return yield context.callActivity("mayFail", fails);
    },
  },
  activities: {
    note: (who: string) => void runs.push(who),
    mayFail: (fails: boolean) => {
      if (fails && isBroken) throw new TypeError("broken");
      return "whole";
    },
  },
};

let loopback: LoopbackHub;
beforeAll(async () => (loopback = await LoopbackHub.start(functions)));
afterAll(() => loopback.stop());

async function completed(name: string, instanceId: string, input: unknown = null): Promise<OrchestrationState> {
  await loopback.client.scheduleNewOrchestration(name, input, instanceId);
  const state = await loopback.client.waitForOrchestrationCompletion(instanceId, true, 30);
  if (!state) throw new Error(`${instanceId} has not ended.`);
  return state;
}

async function running(instanceId: string): Promise<void> {
  await loopback.client.scheduleNewOrchestration("waiting", null, instanceId);
  await loopback.client.waitForOrchestrationStart(instanceId, false, 30);
}

function startOver(instanceId: string, replaceable?: readonly pb.OrchestrationStatus[]): Promise<unknown> {
  const request = new pb.CreateInstanceRequest().setName("waiting").setInstanceid(instanceId);
  if (replaceable) {
    request.setOrchestrationidreusepolicy(
      new pb.OrchestrationIdReusePolicy().setReplaceablestatusList([...replaceable]),
    );
  }
  return ask(loopback.raw, loopback.raw.startInstance, request);
}

async function executionOf(instanceId: string): Promise<string | undefined> {
  return (await loopback.hub.taskHub.getInstance(instanceId))?.executionId;
}

describe("a start", () => {
  it("without a policy replaces what has ended, and is refused where something runs [GR47]", async () => {
    await completed("echo", "again");
    const before = await executionOf("again");
    await startOver("again");
    expect(await executionOf("again")).not.toBe(before);

    await expect(startOver("again")).rejects.toMatchObject({ code: status.ALREADY_EXISTS });
  });

  it("with a policy replaces the statuses it lists, and nothing else [GR47]", async () => {
    await completed("echo", "listed");
    await expect(startOver("listed", [])).rejects.toMatchObject({ code: status.ALREADY_EXISTS });
    await startOver("listed", [ORCHESTRATION_STATUS_COMPLETED]);
    await loopback.client.waitForOrchestrationStart("listed", false, 30);
    const before = await executionOf("listed");
    const exposing = startOver("listed", [ORCHESTRATION_STATUS_RUNNING]);
    await expect(exposing).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(
        "Invalid reusable statuses: cannot exclude 'Terminated' while also allowing reuse of running instances",
      ),
    });
    expect(await executionOf("listed")).toBe(before);

    await startOver("listed", [ORCHESTRATION_STATUS_RUNNING, ORCHESTRATION_STATUS_TERMINATED]);
    expect(await executionOf("listed")).not.toBe(before);
  });

  it("takes ids of a hundred characters, among them those of times, and no longer ones [GR48]", async () => {
    const id = `2026-08-01T10:00:00+02:00/${"ü".repeat(74)}`;
    expect(id).toHaveLength(100);
    expect(await completed("echo", id, 1)).toMatchObject({ instanceId: id, serializedOutput: "1" });
    await expect(startOver("x".repeat(101))).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  it("in the future stays pending until then; one in the past runs at once [GR49]", async () => {
    const due = Date.now() + 1_000;
    const id = await loopback.client.scheduleNewOrchestration("echo", 1, { startAt: new Date(due) });
    expect(await loopback.client.getOrchestrationState(id)).toMatchObject({
      runtimeStatus: OrchestrationStatus.PENDING,
    });
    const past = await loopback.client.scheduleNewOrchestration("echo", 1, { startAt: new Date(0) });
    await loopback.client.waitForOrchestrationCompletion(past, false, 30);
    expect(Date.now()).toBeLessThan(due);
    await loopback.client.waitForOrchestrationCompletion(id, false, 30);
    expect(Date.now()).toBeGreaterThanOrEqual(due);
  });
});

describe("what is asked about an instance", () => {
  it("has no payloads where they are not wanted [GR52]", async () => {
    await running("shown");
    const bare = await loopback.client.getOrchestrationState("shown", false);
    expect([bare?.serializedInput, bare?.serializedOutput, bare?.serializedCustomStatus]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect((await loopback.client.getOrchestrationState("shown", true))?.serializedCustomStatus).toBe('"waiting"');
  });

  it("is an empty history where there is none of it [GR58]", async () => {
    expect(await loopback.client.getOrchestrationHistory("nobody")).toEqual([]);
  });

  it("is nothing rather than an error, also for who waits [GR52]", async () => {
    expect(await loopback.client.getOrchestrationState("nobody")).toBeUndefined();
  });
});

describe("a restart", () => {
  it("begins anew under the same id, or under another, with the same input [GR53, GR21]", async () => {
    await completed("echo", "restarted", "in");
    const before = await executionOf("restarted");
    expect(await loopback.client.restartOrchestration("restarted")).toBe("restarted");
    await loopback.client.waitForOrchestrationCompletion("restarted", false, 30);
    expect(await executionOf("restarted")).toMatch(/^[0-9a-f]{32}$/);
    expect(await executionOf("restarted")).not.toBe(before);

    const other = await loopback.client.restartOrchestration("restarted", true);
    const state = await loopback.client.waitForOrchestrationCompletion(other, true, 30);
    expect(other).not.toBe("restarted");
    expect(state).toMatchObject({ name: "echo", serializedInput: '"in"', serializedOutput: '"in"' });
  });

  it("needs another id while the first runs or is suspended, and an instance [GR53]", async () => {
    const { client } = loopback;
    await running("busy");
    const before = await executionOf("busy");
    await expect(client.restartOrchestration("busy")).rejects.toThrow("busy");
    await client.suspendOrchestration("busy");
    await expect(client.restartOrchestration("busy")).rejects.toThrow();
    expect(await executionOf("busy")).toBe(before);
    expect(await client.restartOrchestration("busy", true)).not.toBe("busy");
    await expect(client.restartOrchestration("nobody")).rejects.toThrow("was not found");
  });
});

describe("a rewind", () => {
  it("goes on where parent and child have failed, as often as it takes [GR54]", async () => {
    runs.length = 0;
    isBroken = true;
    const failed = await completed("parent", "mended", true);
    expect(failed.runtimeStatus).toBe(OrchestrationStatus.FAILED);
    await loopback.client.rewindInstance("mended", "once more");
    const again = await loopback.client.waitForOrchestrationCompletion("mended", true, 30);
    expect(again?.runtimeStatus).toBe(OrchestrationStatus.FAILED);

    isBroken = false;
    await loopback.client.rewindInstance("mended", "repaired");
    const state = await loopback.client.waitForOrchestrationCompletion("mended", true, 30);
    expect(state).toMatchObject({ runtimeStatus: OrchestrationStatus.COMPLETED, serializedOutput: '"whole"' });
    expect(runs).toEqual(["parent", "child"]);
  });

  it("is only for what has failed [GR54]", async () => {
    const rewind = (id: string): Promise<unknown> =>
      ask(loopback.raw, loopback.raw.rewindInstance, new pb.RewindInstanceRequest().setInstanceid(id));
    await completed("echo", "well");
    await running("active");
    await running("ended");
    await loopback.client.terminateOrchestration("ended");
    await loopback.client.waitForOrchestrationCompletion("ended", false, 30);
    for (const id of ["well", "active", "ended"]) {
      await expect(rewind(id)).rejects.toMatchObject({
        code: status.FAILED_PRECONDITION,
        details: expect.stringMatching(/not allowed|running/),
      });
    }
    await expect(rewind("nobody")).rejects.toMatchObject({ code: status.NOT_FOUND });
  });
});

describe("a purge", () => {
  it("takes an ended instance once, with its descendants if it is to, and nothing that runs [GR55]", async () => {
    await completed("echo", "purged");
    await completed("parent", "family", false);
    await running("kept");
    const purge = async (id: string, recursive = false): Promise<number | undefined> =>
      (await loopback.client.purgeOrchestration(id, { recursive }))?.deletedInstanceCount;

    expect([await purge("purged"), await purge("purged"), await purge("kept")]).toEqual([1, 0, 0]);
    expect(await purge("family", true)).toBe(2);
    expect(await loopback.client.getOrchestrationState("family-child")).toBeUndefined();
  });

  it("by time needs no end; five hundred ids are the most of a batch [GR55]", async () => {
    await completed("echo", "early");
    const from = new Date();
    await Promise.all(["late-1", "late-2"].map((id) => completed("echo", id)));
    const criteria = new PurgeInstanceCriteria();
    criteria.setCreatedTimeFrom(from);
    criteria.setTimeout(30_000);
    expect((await loopback.client.purgeOrchestration(criteria))?.deletedInstanceCount).toBe(2);
    expect(await loopback.client.getOrchestrationState("early")).toBeDefined();

    const ids = Array.from({ length: 501 }, (_, index) => `id-${index}`);
    const batch = new pb.PurgeInstancesRequest().setInstancebatch(new pb.InstanceBatch().setInstanceidsList(ids));
    const refused = ask(loopback.raw, loopback.raw.purgeInstances, batch);
    await expect(refused).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });
});

describe("task hubs", () => {
  it("are neither made anew nor deleted by clients, and lose nothing [GR20]", async () => {
    const { raw } = loopback;
    await completed("echo", "safe");
    await ask(raw, raw.createTaskHub, new pb.CreateTaskHubRequest());
    const destructive = [
      ask(raw, raw.createTaskHub, new pb.CreateTaskHubRequest().setRecreateifexists(true)),
      ask(raw, raw.deleteTaskHub, new pb.DeleteTaskHubRequest()),
      ask(raw, raw.skipGracefulOrchestrationTerminations, new pb.SkipGracefulOrchestrationTerminationsRequest()),
    ];
    for (const call of destructive) await expect(call).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    await ask(raw, raw.hello, new Empty());
    expect(await loopback.client.getOrchestrationState("safe")).toBeDefined();
  });
});
