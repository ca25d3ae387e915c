import { randomUUID } from "node:crypto";
import type { Row } from "../../src/connection/sql-client";
import { type ContractHub, type LockedInstance, at } from "./contract-hub";

/** What happens in a hub, told by its procedures; the answer must be the same whoever wrote them. */
export interface Scenario {
  readonly title: string;
  run(hub: ContractHub): Promise<unknown>;
}

const STARTED = { EventType: "ExecutionStarted", Name: "Order", IsPlayed: true };
const FAR = 3_600_000;

/** Names of result columns. Clients find them whatever their case, and the stand-in does not keep it. */
function columnsOf(row: Row | undefined): readonly string[] {
  return Object.keys(row ?? {})
    .map((name) => name.toLowerCase())
    .sort();
}

/** Creates an instance and runs its first episode. */
async function running(hub: ContractHub, id: string, tasks: readonly string[] = []): Promise<LockedInstance> {
  await hub.call("CreateInstance", { Name: "Order", InstanceID: id, InputText: "in" });
  const locked = await lock(hub);
  const ids = tasks.map(() => randomUUID());
  await hub.checkpoint(locked, {
    status: "Running",
    history: [
      { ...STARTED, PayloadID: locked.events[0]?.["PayloadID"] },
      ...tasks.map((Name, TaskID) => ({ EventType: "TaskScheduled", Name, TaskID, PayloadID: ids[TaskID] })),
    ],
    tasks: tasks.map((Name, TaskID) => ({
      EventType: "TaskScheduled",
      Name,
      TaskID,
      PayloadID: ids[TaskID],
      PayloadText: `to ${Name}`,
    })),
  });
  return locked;
}

async function lock(hub: ContractHub): Promise<LockedInstance> {
  const locked = await hub.lockNext();
  if (locked === undefined) throw new Error("There is nothing to lock.");
  return locked;
}

async function complete(hub: ContractHub, id: string, output: string): Promise<void> {
  await running(hub, id);
  await hub.call("RaiseEvent", { Name: "done", InstanceID: id });
  await hub.checkpoint(await lock(hub), {
    status: output === "failed" ? "Failed" : "Completed",
    history: [
      {
        EventType: "ExecutionCompleted",
        RuntimeStatus: output === "failed" ? "Failed" : "Completed",
        TaskID: 1,
        PayloadID: randomUUID(),
        PayloadText: output,
      },
    ],
  });
}

/** Completes the next activity; the error number, 0 for success. */
async function completeTask(hub: ContractHub, result: string, eventType = "TaskCompleted"): Promise<unknown> {
  const task = await hub.lockTask();
  // Each attempt has a payload of its own, as from two workers.
  const values = () => ({
    CompletedTasks: [{ InstanceID: task?.["InstanceID"], SequenceNumber: task?.["SequenceNumber"] }],
    Results: [
      {
        InstanceID: task?.["InstanceID"],
        ExecutionID: task?.["ExecutionID"],
        EventType: eventType,
        TaskID: task?.["TaskID"],
        PayloadID: randomUUID(),
        PayloadText: result,
      },
    ],
  });
  return {
    task: [task?.["Name"], task?.["PayloadText"], task?.["DequeueCount"]],
    first: await hub.errorOf("_CompleteTasks", values()),
    second: await hub.errorOf("_CompleteTasks", values()),
  };
}

const brief = (locked: LockedInstance | undefined): unknown => ({
  id: locked?.instanceId,
  status: locked?.status,
  events: locked?.events.map((row) => [
    row["EventType"],
    row["Name"],
    row["TaskID"],
    row["PayloadText"],
    row["DequeueCount"],
    row["ParentInstanceID"],
  ]),
  history: locked?.history.map((row) => [
    row["EventType"],
    row["Name"],
    row["TaskID"],
    row["PayloadText"],
    row["SequenceNumber"],
  ]),
  columns: [locked?.events[0], locked?.history[0]].map((row) => columnsOf(row)),
});

export const SCENARIOS: readonly Scenario[] = [
  {
    title: "creates an instance with its input and its start event [SQL13]",
    run: (hub) =>
      hub.call("CreateInstance", {
        Name: "Order",
        Version: "2",
        InstanceID: "a",
        InputText: "é😀",
        TraceContext: "00-1",
        Tags: '{"k":"v"}',
      }),
  },
  {
    title: "refuses an id that is pending or running, and replaces one that has ended [SQL14]",
    async run(hub) {
      await hub.call("CreateInstance", { Name: "Order", InstanceID: "a" });
      const pending = await hub.errorOf("CreateInstance", { Name: "Order", InstanceID: "a" });
      await complete(hub, "b", "out");
      const before = await hub.query("SELECT ExecutionID FROM {{schema}}.Instances WHERE InstanceID = 'b'");
      const ended = await hub.errorOf("CreateInstance", { Name: "Other", InstanceID: "b", InputText: "new" });
      const after = await hub.query("SELECT ExecutionID FROM {{schema}}.Instances WHERE InstanceID = 'b'");
      const never = await hub.errorOf("CreateInstance", {
        Name: "Other",
        InstanceID: "b",
        DedupeStatuses: "Completed,Pending",
      });
      return { pending, ended, never, isNew: before[0]?.["ExecutionID"] !== after[0]?.["ExecutionID"] };
    },
  },
  {
    title: "keeps a scheduled start invisible, and terminates it before it begins [SQL16]",
    async run(hub) {
      await hub.call("CreateInstance", { Name: "Order", InstanceID: "a", StartTime: at(Date.now() + FAR) });
      const locked = await hub.lockNext();
      await hub.call("TerminateInstance", { InstanceID: "a", Reason: "not wanted" });
      return { locked };
    },
  },
  {
    title: "answers an event to an unknown id with 50000, and starts an entity by one [SQL17]",
    async run(hub) {
      const plain = await hub.errorOf("RaiseEvent", { Name: "go", InstanceID: "nobody" });
      await hub.call("RaiseEvent", { Name: "op", InstanceID: "@counter@a", PayloadText: "{}" });
      await hub.call("_AddOrchestrationEvents", {
        NewOrchestrationEvents: [
          { InstanceID: "@counter@b", EventType: "EventRaised", Name: "op", PayloadID: randomUUID(), PayloadText: "1" },
        ],
      });
      return {
        plain,
        entity: brief(await hub.lockNext({ OrchestrationType: true })),
        none: await hub.lockNext({ OrchestrationType: false }),
      };
    },
  },
  {
    title: "terminates a running instance by exactly one event, and an ended one not at all [SQL21]",
    async run(hub) {
      const missing = await hub.errorOf("TerminateInstance", { InstanceID: "nobody" });
      await running(hub, "a");
      await hub.call("TerminateInstance", { InstanceID: "a", Reason: "first" });
      const locked = await lock(hub);
      await complete(hub, "b", "out");
      const ended = await hub.errorOf("TerminateInstance", { InstanceID: "b", Reason: "late" });
      return { missing, ended, locked: brief(locked) };
    },
  },
  {
    title: "purges by id whatever the status, and by time what has ended [SQL22]",
    async run(hub) {
      await running(hub, "a", ["Pay"]);
      await complete(hub, "b", "out");
      await complete(hub, "c", "failed");
      await hub.call("CreateInstance", { Name: "Order", InstanceID: "d" });
      const byId = await hub.call("PurgeInstanceStateByID", {
        InstanceIDs: [{ InstanceID: "a" }, { InstanceID: "nobody" }],
      });
      const early = await hub.call("PurgeInstanceStateByTime", { ThresholdTime: at(Date.now() - FAR) });
      const byTime = await hub.call("PurgeInstanceStateByTime", { ThresholdTime: at(Date.now() + FAR), FilterType: 1 });
      const unknown = await hub.errorOf("PurgeInstanceStateByTime", { ThresholdTime: at(0), FilterType: 7 });
      return [byId.returnValue, early.returnValue, byTime.returnValue, unknown];
    },
  },
  {
    title: "queries one and many with their filters [SQL24]",
    async run(hub) {
      await hub.call("CreateInstance", { Name: "Order", InstanceID: "x1", InputText: "in", Tags: "{}" });
      await complete(hub, "y1", "out").catch(() => undefined);
      await hub.call("CreateInstance", { Name: "Order", InstanceID: "y2" });
      const many = async (values: object): Promise<unknown> =>
        (await hub.call("_QueryManyOrchestrations", { ...values })).sets[0]?.map((row) => [
          row["InstanceID"],
          row["InputText"],
          row["RuntimeStatus"],
        ]);
      const single = (await hub.call("QuerySingleOrchestration", { InstanceID: "x1" })).sets[0]?.[0] ?? {};
      return {
        columns: columnsOf(single),
        values: ["InstanceID", "Name", "RuntimeStatus", "InputText", "OutputText", "Tags"].map((name) => single[name]),
        other: (await hub.call("QuerySingleOrchestration", { InstanceID: "x1", ExecutionID: "another" })).sets[0],
        bare: (await hub.call("QuerySingleOrchestration", { InstanceID: "x1", FetchInput: false })).sets[0]?.[0]?.[
          "InputText"
        ],
        all: await many({}),
        page: await many({ PageSize: 1, PageNumber: 1, FetchInput: false }),
        prefix: await many({ InstanceIDPrefix: "y" }),
        status: await many({ RuntimeStatusFilter: "Completed,Running" }),
        future: await many({ CreatedTimeFrom: at(Date.now() + FAR) }),
        past: await many({ CreatedTimeTo: at(Date.now() + FAR), ExcludeSubOrchestrations: true }),
      };
    },
  },
  {
    title: "hands out an activity, takes its result once, and shows the history [SQL25, SQL32]",
    async run(hub) {
      await running(hub, "a", ["Pay", "Ship"]);
      const done = await completeTask(hub, "paid");
      const locked = await lock(hub);
      const history = await hub.call("GetInstanceHistory", { InstanceID: "a", GetInputsAndOutputs: true });
      const rows = history.sets[0] ?? [];
      return {
        done,
        locked: brief(locked),
        history: rows.map((row) => [row["EventType"], row["PayloadText"]]),
        columns: columnsOf(rows[0]),
      };
    },
  },
  {
    title: "drops the result for an execution that has ended, and the activity with it",
    async run(hub) {
      await running(hub, "a", ["Pay"]);
      await hub.call("RaiseEvent", { Name: "done", InstanceID: "a" });
      await hub.checkpoint(await lock(hub), {
        status: "Completed",
        history: [{ EventType: "ExecutionCompleted", RuntimeStatus: "Completed", TaskID: 2 }],
      });
      return completeTask(hub, "late");
    },
  },
  {
    title: "sets and replaces a custom status and never clears it",
    async run(hub) {
      await hub.call("CreateInstance", { Name: "Order", InstanceID: "a" });
      await hub.checkpoint(await lock(hub), { status: "Running", customStatus: "one", history: [STARTED] });
      const seen: unknown[] = [];
      for (const customStatus of ["two", undefined]) {
        await hub.call("RaiseEvent", { Name: "next", InstanceID: "a" });
        await hub.checkpoint(await lock(hub), {
          status: "Running",
          ...(customStatus === undefined ? {} : { customStatus }),
          history: [{ EventType: "EventRaised", Name: "next" }],
        });
        seen.push((await hub.content())["instances"]);
      }
      return seen;
    },
  },
  {
    title: "starts a new generation with nothing left of the old but what is queued",
    async run(hub) {
      await running(hub, "a");
      await hub.call("RaiseEvent", { Name: "again", InstanceID: "a", PayloadText: "consumed" });
      const locked = await lock(hub);
      await hub.call("RaiseEvent", { Name: "kept", InstanceID: "a", PayloadText: "queued" });
      await hub.checkpoint(locked, {
        executionId: "second",
        status: "Running",
        customStatus: "anew",
        history: [{ ...STARTED, PayloadID: randomUUID(), PayloadText: "in 2" }],
      });
      return brief(await lock(hub));
    },
  },
  {
    title: "starts a child with its parent, version and tags [SQL38]",
    async run(hub) {
      await hub.call("CreateInstance", { Name: "Order", InstanceID: "a" });
      await hub.checkpoint(await lock(hub), {
        status: "Running",
        history: [STARTED, { EventType: "SubOrchestrationInstanceCreated", Name: "Child", TaskID: 0 }],
        messages: [
          {
            InstanceID: "child",
            ExecutionID: "c1",
            EventType: "ExecutionStarted",
            Name: "Child",
            TaskID: 0,
            ParentInstanceID: "a",
            Version: "7",
            Tags: '{"t":"1"}',
            PayloadID: randomUUID(),
            PayloadText: "to child",
          },
          {
            InstanceID: "@counter@x",
            EventType: "EventRaised",
            Name: "op",
            PayloadID: randomUUID(),
            PayloadText: "signal",
          },
          { InstanceID: "a", ExecutionID: "x", EventType: "TimerFired", TaskID: 1, VisibleTime: Date.now() + FAR },
        ],
      });
      return undefined;
    },
  },
  {
    title: "refuses a checkpoint of an instance that does not exist",
    async run(hub) {
      await running(hub, "a");
      await hub.call("RaiseEvent", { Name: "go", InstanceID: "a" });
      const locked = await lock(hub);
      await hub.call("PurgeInstanceStateByID", { InstanceIDs: [{ InstanceID: "a" }] });
      return hub.checkpoint(locked, { status: "Running" }).then(
        () => 0,
        (error: { number?: number }) => error.number,
      );
    },
  },
  {
    title: "discards events and unlocks [SQL19]",
    async run(hub) {
      await complete(hub, "a", "out");
      for (let count = 0; count < 5; count++) await hub.call("RaiseEvent", { Name: "late", InstanceID: "a" });
      const locked = await lock(hub);
      const events = locked.events.map((row) => ({ InstanceID: "a", SequenceNumber: row["SequenceNumber"] }));
      const { sets } = await hub.call("_DiscardEventsAndUnlockInstance", { InstanceID: "a", DeletedEvents: events });
      return { status: locked.status, dropped: sets[0]?.length, columns: columnsOf(sets[0]?.[0]) };
    },
  },
  {
    title: "renews locks of instances and activities",
    async run(hub) {
      await running(hub, "a", ["Pay"]);
      await hub.call("RaiseEvent", { Name: "go", InstanceID: "a" });
      await hub.lockNext({ LockExpiration: at(Date.now() - FAR) });
      const task = await hub.lockTask(Date.now() - FAR);
      await hub.call("_RenewOrchestrationLocks", { InstanceID: "a", LockExpiration: at(Date.now() + FAR) });
      await hub.call("_RenewTaskLocks", {
        RenewingTasks: [{ SequenceNumber: task?.["SequenceNumber"] }],
        LockExpiration: at(Date.now() + FAR),
      });
      return [await hub.lockNext(), await hub.lockTask()];
    },
  },
  {
    title: "rewinds what has failed and only that",
    async run(hub) {
      await running(hub, "a", ["Pay"]);
      const notFailed = await hub.errorOf("QuerySingleOrchestration", { InstanceID: "a" });
      await completeTask(hub, "broken", "TaskFailed");
      const locked = await lock(hub);
      await hub.checkpoint(locked, {
        status: "Failed",
        history: [
          { EventType: "TaskFailed", TaskID: 0, PayloadID: locked.events[0]?.["PayloadID"] },
          {
            EventType: "ExecutionCompleted",
            RuntimeStatus: "Failed",
            TaskID: 1,
            PayloadID: randomUUID(),
            PayloadText: "broken",
          },
        ],
      });
      await hub.call("_RewindInstance", { InstanceID: "a", Reason: "mended" });
      return { notFailed, locked: brief(await lock(hub)) };
    },
  },
];
