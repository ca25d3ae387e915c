import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  aTaskCompleted,
  anActivityTask,
  anEventRaised,
  anExecutionStarted,
  anInstanceSeed,
} from "@durable-host/testkit";
import type { TableValue } from "../../src/connection/sql-client";
import { encodeEvent } from "../../src/rows/event-row";
import { historyTable, messageTable, payloadTable, taskTable } from "../../src/rows/host-tables";
import { encodeMessage, encodeTimer } from "../../src/rows/message-row";
import { NewPayloads } from "../../src/rows/new-payloads";
import { encodeTask } from "../../src/rows/task-row";

const SCRIPT = readFileSync(join(__dirname, "../../sql/host/000001-types.sql"), "utf8");

/** The columns of a type as the script creates it. Text travels as nvarchar, so that the server does the conversion. */
function columnsInScript(type: string): readonly { readonly name: string; readonly type: string }[] {
  const body = new RegExp(`\\.${type} AS TABLE \\(([^;]*?)\\n\\)`).exec(SCRIPT)?.[1] ?? "";
  return [...body.matchAll(/^\s*\[?(\w+)\]? ([a-z0-9]+)/gm)].map(([, name = "", sqlType = ""]) => ({
    name,
    type: sqlType === "varchar" ? "nvarchar" : sqlType,
  }));
}

/** Payloads named p1, p2 … */
function numberedPayloads(): NewPayloads {
  let count = 0;
  return new NewPayloads(() => `p${++count}`);
}

function records({ columns, rows }: TableValue): readonly Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
}

const start = anExecutionStarted("child", { input: '"in"', timestamp: 5 });
const seed = anInstanceSeed("child", { input: '"in"', version: "2", parentInstanceId: "i1", tags: { a: "b" } });

describe("values of our table types", () => {
  it("have the columns that the script gives them, in its order", () => {
    const payloads = numberedPayloads();
    const context = { instanceId: "i1", firstSequenceNumber: 0, payloads };
    const tables = {
      HistoryRows: historyTable("dt", [encodeEvent(start)], context),
      MessageRows: messageTable("dt", [encodeMessage({ instanceId: "child", event: start, seed })], payloads),
      TaskRows: taskTable("dt", [encodeTask(anActivityTask("i1", 1))], 9, payloads),
      PayloadRows: payloadTable("dt", payloads.rows),
    };
    for (const [type, table] of Object.entries(tables)) {
      expect(table.type).toBe(`dt_host.${type}`);
      expect(table.columns.map((column) => ({ name: column.name, type: column.type }))).toEqual(columnsInScript(type));
      expect(table.rows.map((row) => row.length)).toEqual(table.rows.map(() => table.columns.length));
    }
  });

  it("count events on, and store no text that is stored already [SQL43]", () => {
    const payloads = numberedPayloads();
    const rows = [
      encodeEvent({ type: "OrchestratorStarted", timestamp: 1 }),
      { ...encodeEvent(aTaskCompleted(1)), payloadId: "came-with-message" },
      encodeEvent(anEventRaised("go", { input: "1" })),
    ];
    const table = historyTable("dt", rows, { instanceId: "i1", firstSequenceNumber: 4, payloads });
    expect(records(table)).toMatchObject([
      { SequenceNumber: 4, EventType: "OrchestratorStarted", IsPlayed: false, PayloadID: null },
      { SequenceNumber: 5, EventType: "TaskCompleted", IsPlayed: true, PayloadID: "came-with-message" },
      { SequenceNumber: 6, EventType: "EventRaised", Name: "go", PayloadID: "p1" },
    ]);
    expect(payloads.rows).toEqual([{ instanceId: "i1", payloadId: "p1", text: "1", reason: null, hostData: null }]);
  });

  it("store a message's texts under its target, and a child's input only once [SQL38]", () => {
    const payloads = numberedPayloads();
    const rows = [
      encodeMessage({ instanceId: "child", event: start, seed }),
      encodeMessage({ instanceId: "@counter@a", event: anEventRaised("op"), seed: { ...seed, input: '"own"' } }),
      encodeTimer({ timerId: 4, fireAt: 99 }, { instanceId: "i1", executionId: "e1" }),
    ];
    expect(records(messageTable("dt", rows, payloads))).toMatchObject([
      {
        ...{ Position: 0, InstanceID: "child", ExecutionID: "child-e1", EventType: "ExecutionStarted" },
        ...{ PayloadID: "p1", SeedInputPayloadID: "p1", SeedExecutionID: "child-e1", SeedName: "order" },
        ...{ SeedVersion: "2", SeedParentInstanceID: "i1", SeedTags: '{"a":"b"}', SeedCreatedTime: seed.createdAt },
      },
      { Position: 1, InstanceID: "@counter@a", Name: "op", PayloadID: null, SeedInputPayloadID: "p2" },
      { Position: 2, InstanceID: "i1", TaskID: 4, VisibleTime: 99, PayloadID: null, SeedName: null },
    ]);
    expect(payloads.rows).toMatchObject([
      { instanceId: "child", payloadId: "p1", text: '"in"' },
      { instanceId: "@counter@a", payloadId: "p2", text: '"own"' },
    ]);
  });

  it("queue activity tasks with their inputs [SQL40]", () => {
    const payloads = numberedPayloads();
    const table = taskTable("dt", [encodeTask(anActivityTask("i1", 1), { a: "b" })], 9, payloads);
    expect(records(table)).toEqual([
      {
        ...{ Position: 0, ExecutionID: "i1-e1", TaskID: 1, Name: "ship", Version: null, Timestamp: 9 },
        ...{ PayloadID: "p1", TraceContext: null, Tags: '{"a":"b"}' },
      },
    ]);
    expect(records(payloadTable("dt", payloads.rows))).toEqual([
      { InstanceID: "i1", PayloadID: "p1", Text: '"A1"', Reason: null, HostData: null },
    ]);
  });
});
