import type { HubContents } from "@durable-host/testkit";
import type { Row, SqlClient } from "../../src/connection/sql-client";

/** Reads all rows of a hub as they are, with no code of the provider's in between. */
export async function readHub(client: SqlClient, taskHub: string, schema = "dt"): Promise<HubContents> {
  const read = async (columns: string, table: string): Promise<readonly Row[]> => {
    const sql = `SELECT ${columns} FROM [${schema}].[${table}] WHERE [TaskHub] = @TaskHub`;
    const { sets } = await client.query(sql, [{ name: "TaskHub", type: "nvarchar", value: taskHub }]);
    return sets[0] ?? [];
  };
  const instances = await read("[InstanceID], [ExecutionID], [RuntimeStatus]", "Instances");
  const history = await read("[InstanceID], [ExecutionID], [SequenceNumber], [EventType], [TaskID]", "History");
  const messages = await read("[InstanceID], [ExecutionID], [EventType], [TaskID]", "NewEvents");
  const tasks = await read("[InstanceID], [ExecutionID], [TaskID]", "NewTasks");
  return {
    instances: instances.map((row) => ({ ...execution(row), status: String(row["RuntimeStatus"]) })),
    history: history.map((row) => ({
      ...execution(row),
      ...event(row),
      sequenceNumber: Number(row["SequenceNumber"]),
    })),
    messages: messages.map((row) => ({
      instanceId: String(row["InstanceID"]),
      ...(row["ExecutionID"] === null ? {} : { executionId: String(row["ExecutionID"]) }),
      ...event(row),
    })),
    tasks: tasks.map((row) => ({ ...execution(row), taskId: Number(row["TaskID"]) })),
  };
}

function execution(row: Row): { readonly instanceId: string; readonly executionId: string } {
  return { instanceId: String(row["InstanceID"]), executionId: String(row["ExecutionID"]) };
}

function event(row: Row): { readonly type: string; readonly taskId?: number } {
  const type = String(row["EventType"]);
  return row["TaskID"] === null ? { type } : { type, taskId: Number(row["TaskID"]) };
}
