import { status } from "@grpc/grpc-js";
import type { InstanceQuery, InstanceState } from "@durable-host/engine";
import { pb } from "../../src/proto/messages";
import { wrapText } from "../../src/proto/scalars";
import { wrapTime } from "../../src/proto/timestamps";
import { CallFailure } from "../../src/services/call-status";
import { getEntity } from "../../src/services/entities";
import { getInstance, waitForInstanceCompletion, waitForInstanceStart } from "../../src/services/get-instance";
import { purgeInstances } from "../../src/services/purge-instances";
import { queryInstances } from "../../src/services/query-instances";
import { streamHistory } from "../../src/services/stream-history";
import { createTaskHub, deleteTaskHub, skipGracefulTerminations } from "../../src/services/task-hubs";
import { anInstance } from "../server/scripted-hub";
import { aCall } from "./a-call";

const getA = () => new pb.GetInstanceRequest().setInstanceid("a").setGetinputsandoutputs(true);

/** Lets time pass once all that is under way has come to wait for it. */
async function later({ clock }: ReturnType<typeof aCall>, ms: number): Promise<void> {
  await new Promise(setImmediate);
  clock.advance(ms);
}

describe("looking at an instance", () => {
  it("says of a missing one, and of an entity, that it does not exist", async () => {
    const call = aCall({ getInstance: async () => undefined });
    expect((await getInstance(getA(), call)).getExists()).toBe(false);
    const entity = getA().setInstanceid("@counter@a");
    expect((await getInstance(entity, aCall({ getInstance: async () => anInstance() }))).getExists()).toBe(false);
  });

  it("leaves payloads out unless they are asked for [GR52]", async () => {
    const failed = anInstance({ runtimeStatus: "Failed", output: "broken", customStatus: '"half"' });
    const call = aCall({ getInstance: async () => failed });
    const state = (await getInstance(getA().setGetinputsandoutputs(false), call)).getOrchestrationstate();
    expect([state?.hasInput(), state?.hasOutput(), state?.hasCustomstatus(), state?.hasFailuredetails()]).toEqual(
      Array(4).fill(false),
    );
    const whole = (await getInstance(getA(), call)).getOrchestrationstate();
    expect([whole?.hasInput(), whole?.hasFailuredetails()]).toEqual([true, true]);
  });
});

describe("a wait", () => {
  it("goes on until the instance has come so far, however often the hub gives up [GR50]", async () => {
    const states: InstanceState[] = [
      anInstance({ runtimeStatus: "Pending" }),
      anInstance({ runtimeStatus: "Suspended" }),
    ];
    const call = aCall({ waitForStart: async () => states.shift() });
    const wait = waitForInstanceStart(getA(), call);
    await later(call, 100);
    expect((await wait).getOrchestrationstate()?.getOrchestrationstatus()).toBe(
      pb.OrchestrationStatus.ORCHESTRATION_STATUS_SUSPENDED,
    );
  });

  it("waits some seconds for an instance to be created, and no longer", async () => {
    let asked = 0;
    const call = aCall({
      async waitForCompletion() {
        asked++;
        return undefined;
      },
    });
    const wait = waitForInstanceCompletion(getA(), call);
    for (let step = 0; step < 31; step++) await later(call, 100);
    expect((await wait).getExists()).toBe(false);
    expect(asked).toBeGreaterThan(20);
  });

  it("ends with its caller", async () => {
    const caller = new AbortController();
    const call = aCall({ waitForCompletion: () => new Promise(() => undefined) }, { signal: caller.signal });
    const wait = waitForInstanceCompletion(getA(), call);
    caller.abort(new CallFailure(status.CANCELLED, "gone"));
    await expect(wait).rejects.toMatchObject({ status: status.CANCELLED });
  });
});

describe("a query", () => {
  it("asks for orchestrations only, from a time on and before another [GR56]", async () => {
    const seen: InstanceQuery[] = [];
    const call = aCall({
      async queryInstances(query) {
        seen.push(query);
        return { instances: [anInstance()], continuationToken: "next" };
      },
    });
    const query = new pb.InstanceQuery()
      .setCreatedtimefrom(wrapTime(1000))
      .setCreatedtimeto(wrapTime(2000))
      .setInstanceidprefix(wrapText("or"))
      .setMaxinstancecount(3)
      .setContinuationtoken(wrapText(""))
      .setRuntimestatusList([pb.OrchestrationStatus.ORCHESTRATION_STATUS_RUNNING]);
    const page = await queryInstances(new pb.QueryInstancesRequest().setQuery(query), call);
    expect(seen).toEqual([
      {
        kind: "orchestration",
        statuses: ["Running"],
        createdFrom: 1000,
        createdTo: 1999,
        instanceIdPrefix: "or",
        top: 3,
        continuationToken: undefined,
      },
    ]);
    expect(page.getContinuationtoken()?.getValue()).toBe("next");
    await queryInstances(new pb.QueryInstancesRequest(), call);
    expect(seen[1]).toMatchObject({ top: 100, statuses: undefined });
  });

  it("answers no more than clients take in one message", async () => {
    const large = anInstance({ input: "x".repeat(1_000_000) });
    const call = aCall({ queryInstances: async ({ top }) => ({ instances: Array(Math.min(top, 10)).fill(large) }) });
    const query = new pb.InstanceQuery().setMaxinstancecount(10).setFetchinputsandoutputs(true);
    const page = await queryInstances(new pb.QueryInstancesRequest().setQuery(query), call);
    expect(page.getOrchestrationstateList()).toHaveLength(3);
  });
});

describe("a purge", () => {
  it("leaves alone what runs, and counts the rest of a batch of at most 500 [GR55]", async () => {
    const asked: unknown[] = [];
    const call = aCall({
      async purgeInstance(instanceId, options) {
        asked.push([instanceId, options]);
        return { deleted: instanceId === "a" ? 1 : 0, running: [] };
      },
    });
    const batch = (count: number) =>
      new pb.PurgeInstancesRequest()
        .setRecursive(true)
        .setInstancebatch(new pb.InstanceBatch().setInstanceidsList(Array(count).fill("a")));
    expect((await purgeInstances(batch(2), call)).getDeletedinstancecount()).toBe(2);
    expect(asked).toEqual(Array(2).fill(["a", { recursive: true, onlyEnded: true }]));
    expect(
      (await purgeInstances(new pb.PurgeInstancesRequest().setInstanceid("b"), call)).getIscomplete()?.getValue(),
    ).toBe(true);
    await expect(purgeInstances(batch(501), call)).rejects.toMatchObject({ status: status.INVALID_ARGUMENT });
    await expect(purgeInstances(new pb.PurgeInstancesRequest(), call)).rejects.toMatchObject({
      status: status.INVALID_ARGUMENT,
    });
  });

  it("takes a filter with one bound only [GR55]", async () => {
    let seen: unknown;
    const call = aCall({
      async purgeInstances(filter) {
        seen = filter;
        return { deleted: 4, running: [], isComplete: false };
      },
    });
    const filter = new pb.PurgeInstanceFilter().setCreatedtimefrom(wrapTime(5000));
    const answer = await purgeInstances(new pb.PurgeInstancesRequest().setPurgeinstancefilter(filter), call);
    expect(seen).toEqual({ kind: "orchestration", createdFrom: 5000, createdTo: undefined, statuses: undefined });
    expect([answer.getDeletedinstancecount(), answer.getIscomplete()?.getValue()]).toEqual([4, false]);
  });
});

describe("histories, entities and task hubs", () => {
  it("has no history of a missing instance, or of another execution [GR58]", async () => {
    const call = aCall({
      getInstance: async (id) => (id === "a" ? anInstance() : undefined),
      readHistory: async () => [],
    });
    const request = (id: string) => new pb.StreamInstanceHistoryRequest().setInstanceid(id);
    await expect(streamHistory(request("b"), call)).rejects.toMatchObject({ status: status.NOT_FOUND });
    await expect(streamHistory(request("a").setExecutionid(wrapText("other")), call)).rejects.toMatchObject({
      status: status.NOT_FOUND,
    });
    expect(await streamHistory(request("a"), call)).toEqual([]);
  });

  it("shows a lock as long as its holder has not ended [GR62]", async () => {
    const entity = { id: { name: "counter", key: "A" }, state: "1", lastOperationAt: 1000, backlog: 2, lockedBy: "a" };
    const asked = new pb.GetEntityRequest().setInstanceid("@Counter@A").setIncludestate(true);
    const during = aCall({ getEntity: async () => entity, getInstance: async () => anInstance() });
    const metadata = (await getEntity(asked, during)).getEntity();
    expect([metadata?.getInstanceid(), metadata?.getBacklogqueuesize()]).toEqual(["@counter@A", 2]);
    expect(metadata?.getLockedby()?.getValue()).toBe("a");
    const ended = aCall({
      getEntity: async () => entity,
      getInstance: async () => anInstance({ runtimeStatus: "Failed" }),
    });
    expect((await getEntity(asked, ended)).getEntity()?.hasLockedby()).toBe(false);
    await expect(getEntity(new pb.GetEntityRequest().setInstanceid("counter"), ended)).rejects.toMatchObject({
      status: status.INVALID_ARGUMENT,
    });
  });

  it("deletes no task hub, whatever it is asked [GR20]", async () => {
    const call = aCall({});
    await createTaskHub(new pb.CreateTaskHubRequest(), call);
    const anew = createTaskHub(new pb.CreateTaskHubRequest().setRecreateifexists(true), call);
    await expect(anew).rejects.toMatchObject({ status: status.UNIMPLEMENTED });
    await expect(deleteTaskHub(new pb.DeleteTaskHubRequest(), call)).rejects.toMatchObject({
      status: status.UNIMPLEMENTED,
    });
    const skip = skipGracefulTerminations(new pb.SkipGracefulOrchestrationTerminationsRequest(), call);
    await expect(skip).rejects.toMatchObject({ status: status.UNIMPLEMENTED });
  });
});
