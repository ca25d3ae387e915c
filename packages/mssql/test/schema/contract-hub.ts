import type { CallResult, Row, SqlClient, SqlParameter, TableColumn } from "../../src/connection/sql-client";
import { SqlError } from "../../src/connection/sql-error";

/** What an SQL application or a .NET host sees of a schema: its procedures, and what its tables hold afterwards. */
export class ContractHub {
  /** The number at the end of a call that failed; names as in scripts, values as in T-SQL. */
  readonly #client: SqlClient;

  constructor(
    client: SqlClient,
    readonly schema: string,
  ) {
    this.#client = client;
  }

  /** Calls a procedure with plain values and tables of rows; an error answers with its number. */
  async call(procedure: string, values: Readonly<Record<string, unknown>> = {}): Promise<CallResult> {
    const parameters = Object.entries(values).map(([name, value]) => this.#parameter(name, value));
    return this.#client.call(`${this.schema}.${procedure}`, parameters, { retry: false });
  }

  /** The number of the error with which a call ends; 0 if it succeeds. */
  async errorOf(procedure: string, values: Readonly<Record<string, unknown>> = {}): Promise<number | undefined> {
    try {
      await this.call(procedure, values);
      return 0;
    } catch (error) {
      if (error instanceof SqlError) return error.number;
      throw error;
    }
  }

  async query(sql: string): Promise<readonly Row[]> {
    return (await this.#client.query(sql.replaceAll("{{schema}}", this.schema))).sets[0] ?? [];
  }

  /** Locks the next instance: its events (type, name, task), status, history (type, task, status, text). */
  async lockNext(values: Readonly<Record<string, unknown>> = {}): Promise<LockedInstance | undefined> {
    const expiration = Date.now() + 60_000;
    const { sets } = await this.call("_LockNextOrchestration", {
      BatchSize: 100,
      LockedBy: "worker",
      LockExpiration: at(expiration),
      ...values,
    });
    const [events = [], [instance] = [], history = []] = sets;
    if (instance === undefined) return undefined;
    return { instanceId: String(instance["InstanceID"]), status: instance["RuntimeStatus"], events, history };
  }

  async lockTask(expiresAt: number = Date.now() + 60_000): Promise<Row | undefined> {
    const { sets } = await this.call("_LockNextTask", { LockedBy: "worker", LockExpiration: at(expiresAt) });
    return sets[0]?.[0];
  }

  /** Commits an episode that consumed the events of `locked`. */
  checkpoint(locked: LockedInstance, episode: Episode): Promise<CallResult> {
    return this.call("_CheckpointOrchestration", checkpointValues(locked, episode));
  }

  /** Everything the tables hold, without what differs from run to run: texts in place of ids, marks in place of times. */
  async content(): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const payload = (id: string, alias: string): string =>
      `(SELECT P.[Text] FROM {{schema}}.Payloads P WHERE P.InstanceID = ${alias}.InstanceID AND P.PayloadID = ${alias}.${id})`;
    const is = (column: string): string => `CASE WHEN ${column} IS NULL THEN 0 ELSE 1 END AS [${column.split(".")[1]}]`;
    const instances = await this.query(
      `SELECT I.InstanceID, I.Name, I.Version, I.RuntimeStatus, I.ParentInstanceID, I.TraceContext, I.Tags,
         ${["I.LastUpdatedTime", "I.CompletedTime", "I.LockExpiration"].map(is).join(", ")},
         ${payload("InputPayloadID", "I")} AS [Input], ${payload("OutputPayloadID", "I")} AS [Output],
         ${payload("CustomStatusPayloadID", "I")} AS [CustomStatus]
       FROM {{schema}}.Instances I ORDER BY I.InstanceID`,
    );
    const events = await this.query(
      `SELECT E.InstanceID, E.EventType, E.RuntimeStatus, E.Name, E.TaskID, E.TraceContext, ${is("E.VisibleTime")},
         ${payload("PayloadID", "E")} AS [Payload]
       FROM {{schema}}.NewEvents E ORDER BY E.SequenceNumber`,
    );
    const history = await this.query(
      `SELECT H.InstanceID, H.SequenceNumber, H.EventType, H.TaskID, H.IsPlayed, H.Name, H.RuntimeStatus, H.TraceContext,
         ${payload("DataPayloadID", "H")} AS [Payload]
       FROM {{schema}}.History H ORDER BY H.InstanceID, H.SequenceNumber`,
    );
    const tasks = await this.query(
      `SELECT T.InstanceID, T.Name, T.TaskID, T.DequeueCount, T.Version, T.Tags, ${is("T.LockExpiration")},
         ${payload("PayloadID", "T")} AS [Payload]
       FROM {{schema}}.NewTasks T ORDER BY T.SequenceNumber`,
    );
    const payloads = await this.query(
      "SELECT P.InstanceID, P.[Text], P.Reason FROM {{schema}}.Payloads P ORDER BY P.InstanceID, P.[Text], P.Reason",
    );
    return { instances, events, history, tasks, payloads };
  }

  #parameter(name: string, value: unknown): SqlParameter {
    if (value instanceof Time) return { name, type: "datetime2", value: value.milliseconds };
    if (Array.isArray(value)) return { name, type: "table", value: this.#table(name, value) };
    if (typeof value === "boolean") return { name, type: "bit", value };
    if (typeof value === "number") return { name, type: "int", value };
    return { name, type: "nvarchar", value };
  }

  #table(name: string, rows: readonly Row[]): { type: string; columns: readonly TableColumn[]; rows: unknown[][] } {
    const type = TYPE_OF[name] ?? "OrchestrationEvents";
    const columns = COLUMNS[type] ?? [];
    return {
      type: `${this.schema}.${type}`,
      columns,
      rows: rows.map((row) => columns.map((column) => row[column.name] ?? null)),
    };
  }
}

/** A time as an argument; numbers are numbers. */
export class Time {
  constructor(readonly milliseconds: number) {}
}

export function at(milliseconds: number): Time {
  return new Time(milliseconds);
}

export interface LockedInstance {
  readonly instanceId: string;
  readonly status: unknown;
  readonly events: readonly Row[];
  readonly history: readonly Row[];
}

export interface Episode {
  readonly executionId?: string;
  readonly status: string;
  readonly customStatus?: string;
  readonly history?: readonly Row[];
  readonly messages?: readonly Row[];
  readonly tasks?: readonly Row[];
}

/** The arguments of a checkpoint: the consumed events are those that were locked. */
export function checkpointValues(locked: LockedInstance, episode: Episode): Readonly<Record<string, unknown>> {
  const { instanceId, events, history } = locked;
  const started = [...events, ...history].find((row) => row["EventType"] === "ExecutionStarted");
  const executionId = episode.executionId ?? String(started?.["ExecutionID"]);
  const rows = (episode.history ?? []).map((row, index) => ({
    InstanceID: instanceId,
    ExecutionID: executionId,
    SequenceNumber: (episode.executionId === undefined ? history.length : 0) + index,
    Timestamp: Date.UTC(2030, 0, 1),
    IsPlayed: false,
    ...row,
  }));
  return {
    InstanceID: instanceId,
    ExecutionID: executionId,
    RuntimeStatus: episode.status,
    CustomStatusPayload: episode.customStatus ?? null,
    DeletedEvents: events.map((row) => ({ InstanceID: instanceId, SequenceNumber: row["SequenceNumber"] })),
    NewHistoryEvents: rows,
    NewOrchestrationEvents: episode.messages ?? [],
    NewTaskEvents: (episode.tasks ?? []).map((row) => ({ InstanceID: instanceId, ExecutionID: executionId, ...row })),
  };
}

const TYPE_OF: Readonly<Record<string, string>> = {
  DeletedEvents: "MessageIDs",
  CompletedTasks: "MessageIDs",
  RenewingTasks: "MessageIDs",
  InstanceIDs: "InstanceIDs",
  NewHistoryEvents: "HistoryEvents",
  NewTaskEvents: "TaskEvents",
  Results: "TaskEvents",
};

const COLUMNS: Readonly<Record<string, readonly TableColumn[]>> = {
  InstanceIDs: columns("InstanceID"),
  MessageIDs: columns("InstanceID SequenceNumber"),
  HistoryEvents: columns(
    "InstanceID ExecutionID SequenceNumber EventType Name RuntimeStatus TaskID Timestamp IsPlayed VisibleTime Reason " +
      "PayloadText PayloadID ParentInstanceID Version TraceContext",
  ),
  OrchestrationEvents: columns(
    "InstanceID ExecutionID SequenceNumber EventType Name RuntimeStatus TaskID VisibleTime Reason PayloadText PayloadID " +
      "ParentInstanceID Version TraceContext Tags",
  ),
  TaskEvents: columns(
    "InstanceID ExecutionID Name EventType TaskID VisibleTime LockedBy LockExpiration Reason PayloadText PayloadID Version " +
      "TraceContext Tags",
  ),
};

function columns(names: string): readonly TableColumn[] {
  return names.split(" ").map((name) => {
    if (name === "SequenceNumber") return { name, type: "bigint" };
    if (name === "TaskID") return { name, type: "int" };
    if (name === "IsPlayed") return { name, type: "bit" };
    if (name === "PayloadID") return { name, type: "uniqueidentifier" };
    if (/Time|Timestamp|LockExpiration/.test(name)) return { name, type: "datetime2" };
    return /Reason|PayloadText/.test(name) ? { name, type: "nvarchar" } : { name, type: "nvarchar", length: 4000 };
  });
}
