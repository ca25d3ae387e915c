import { anActivityTask, aTaskCompleted, anExecutionStarted, anInstanceSeed } from "@durable-host/testkit";
import type { TableValue } from "../../src/connection/sql-client";
import { encodeEvent } from "../../src/rows/event-row";
import { UTF8 } from "../../src/rows/exact-text";
import { encodeMessage } from "../../src/rows/message-row";
import {
  historyEventsTable,
  instanceIdsTable,
  messageIdsTable,
  orchestrationEventsTable,
  taskEventsTable,
  taskResultsTable,
  featuresOf,
} from "../../src/rows/microsoft-tables";
import { encodeTask } from "../../src/rows/task-row";

function contextOf(version: string) {
  return { schema: "dt", has: featuresOf(version), storage: UTF8, newGuid: () => "new" };
}

function records({ columns, rows }: TableValue): readonly Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
}

function names({ columns }: TableValue): string {
  return columns.map(({ name }) => name).join(" ");
}

const of = { instanceId: "i1", executionId: "e1", firstSequenceNumber: 2 };

describe("Microsoft's table types", () => {
  it.each([
    ["1.0.0", 15, 13, 12],
    ["1.1.5", 15, 13, 12],
    ["1.2.0", 16, 14, 13],
    ["1.5.2", 16, 14, 13],
    ["1.6.0", 16, 15, 14],
    ["1.8.1+4f2c", 16, 15, 14],
    ["1.10.0", 16, 15, 14],
    ["2.0.0", 16, 15, 14],
  ])("have the columns of version %s [SQL7]", (version, history, events, tasks) => {
    const context = contextOf(version);
    expect(historyEventsTable(context, [], of).columns).toHaveLength(history);
    expect(orchestrationEventsTable(context, []).columns).toHaveLength(events);
    expect(taskEventsTable(context, []).columns).toHaveLength(tasks);
    expect(taskResultsTable(context, []).columns).toHaveLength(tasks);
  });

  it("are bound by position, so the order is theirs [SQL7]", () => {
    const context = contextOf("1.8.1");
    const key = "InstanceID ExecutionID SequenceNumber EventType Name RuntimeStatus TaskID";
    const payload = "Reason PayloadText PayloadID";
    expect(names(historyEventsTable(context, [], of))).toBe(
      `${key} Timestamp IsPlayed VisibleTime ${payload} ParentInstanceID Version TraceContext`,
    );
    expect(names(orchestrationEventsTable(context, []))).toBe(
      `${key} VisibleTime ${payload} ParentInstanceID Version TraceContext Tags`,
    );
    expect(names(taskEventsTable(context, []))).toBe(
      "InstanceID ExecutionID Name EventType TaskID VisibleTime LockedBy LockExpiration " +
        `${payload} Version TraceContext Tags`,
    );
  });

  it("take events with their texts", () => {
    const failed = { type: "TaskFailed", timestamp: 7, taskScheduledId: 1, reason: "no", details: "d" } as const;
    const rows = [encodeEvent({ type: "OrchestratorStarted", timestamp: 6 }), encodeEvent(failed)];
    const [started, failure] = records(historyEventsTable(contextOf("1.8.1"), rows, of));
    expect(started).toMatchObject({ SequenceNumber: 2, Timestamp: 6, PayloadID: null, IsPlayed: false });
    expect(failure).toMatchObject({
      ...{ InstanceID: "i1", ExecutionID: "e1", SequenceNumber: 3, EventType: "TaskFailed", TaskID: 1, IsPlayed: true },
      ...{ Reason: "no", PayloadText: "d", PayloadID: "new", Version: null },
    });
  });

  it("take the start of a child with its parent, version and tags [SQL38, SQL40]", () => {
    const parent = { instanceId: "i1", executionId: "e1", name: "root", taskScheduledId: 3 };
    const seed = anInstanceSeed("c", { version: "2", tags: { a: "b" }, parentInstanceId: "i1" });
    const row = encodeMessage({ instanceId: "c", event: anExecutionStarted("c", { parent, input: "1" }), seed });
    expect(records(orchestrationEventsTable(contextOf("1.8.1"), [row]))).toMatchObject([
      {
        ...{ InstanceID: "c", ExecutionID: "c-e1", EventType: "ExecutionStarted", Name: "order", TaskID: 3 },
        ...{ PayloadText: "1", PayloadID: "new", ParentInstanceID: "i1", Version: "2", Tags: '{"a":"b"}' },
      },
    ]);
    expect(records(orchestrationEventsTable(contextOf("1.5.0"), [row]))[0]).not.toHaveProperty("Tags");
  });

  it("take activity tasks and their outcomes", () => {
    const context = contextOf("1.8.1");
    expect(
      records(taskEventsTable(context, [{ ...encodeTask(anActivityTask("i1", 1, { version: "3" })), payloadId: "p" }])),
    ).toMatchObject([
      { InstanceID: "i1", Name: "ship", EventType: "TaskScheduled", TaskID: 1, PayloadText: '"A1"', Version: "3" },
    ]);
    const outcome = encodeMessage({ instanceId: "i1", executionId: "e1", event: aTaskCompleted(1) });
    expect(records(taskResultsTable(context, [outcome]))).toMatchObject([
      { InstanceID: "i1", ExecutionID: "e1", EventType: "TaskCompleted", TaskID: 1, PayloadText: '"done"' },
    ]);
  });

  it("take ids of instances and of messages", () => {
    expect(instanceIdsTable("dt", ["a", "b"])).toMatchObject({ type: "dt.InstanceIDs", rows: [["a"], ["b"]] });
    const ids = [{ instanceId: "a", sequenceNumber: 5 }];
    expect(messageIdsTable("dt", ids)).toMatchObject({ type: "dt.MessageIDs", rows: [["a", 5]] });
  });
});
