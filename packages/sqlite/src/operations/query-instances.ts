import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { DurableHostError, type InstancePage, type InstanceQuery, type InstanceState } from "@durable-host/engine";
import { numberOf, statusCode, storedInstanceOf, textOf, type Row } from "../rows";
import { INSTANCE_COLUMNS } from "../sql/statements";
import type { Store } from "../store";

type SqlValue = string | number;

/** Position in the order of a query: creation time, then instance id. */
interface Position {
  readonly createdAt: number;
  readonly instanceId: string;
}

interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Rows looked at in one go: a selective filter over a large store must not hold the event loop. */
const ROWS_PER_STRETCH = 2_000;

/**
 * Lists instances in order of creation. The table is walked along an index in stretches of bounded length, and between
 * them other work goes on; so a page is no snapshot, but everything in it is durable.
 */
export async function queryInstances({ journal, database }: Store, query: InstanceQuery): Promise<InstancePage> {
  const { top, continuationToken } = query;
  if (!Number.isSafeInteger(top) || top < 1)
    throw new DurableHostError("INVALID_ARGUMENT", `top must be a positive integer, not ${top}.`);
  const walk = await journal.read(() => new Walk(database, query));
  const instances: InstanceState[] = [];
  let position = continuationToken === undefined ? undefined : decodeToken(continuationToken);
  for (;;) {
    const after = position;
    // One more than asked for: it tells whether there is a next page.
    const { end, found } = await journal.read(() => walk.stretch(after, top + 1 - instances.length));
    instances.push(...found);
    if (instances.length > top)
      return { instances: instances.slice(0, top), continuationToken: encodeToken(instances[top - 1]) };
    if (end === undefined) return { instances };
    position = end;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A query as SQL: an index to walk along, conditions that bound the walk, conditions tested on each row. */
class Walk {
  private readonly source: string;
  private readonly bounds: Condition[] = [];
  private readonly tests: Condition[] = [];

  constructor(
    private readonly database: DatabaseSyncInstance,
    private readonly query: InstanceQuery,
  ) {
    this.source = `instances INDEXED BY ${this.chooseIndex()}`;
    // Written as a literal: an index over entities only is used if the condition is visible to the planner.
    if (query.kind === "entity") this.bounds.push({ sql: "entity = 1", values: [] });
    this.addRanges();
    this.addTests();
  }

  /** Looks at the next rows after a position; `end` is where it stopped, undefined at the end of the table. */
  stretch(
    after: Position | undefined,
    limit: number,
  ): { readonly end: Position | undefined; readonly found: readonly InstanceState[] } {
    const start: Condition[] =
      after === undefined
        ? []
        : [{ sql: "(created_at, instance_id) > (?, ?)", values: [after.createdAt, after.instanceId] }];
    const [last] = this.select(
      "created_at, instance_id",
      [...this.bounds, ...start],
      `1 OFFSET ${ROWS_PER_STRETCH - 1}`,
    );
    const end = last && { createdAt: numberOf(last, "created_at"), instanceId: textOf(last, "instance_id") };
    const stop: Condition[] =
      end === undefined
        ? []
        : [{ sql: "(created_at, instance_id) <= (?, ?)", values: [end.createdAt, end.instanceId] }];
    const rows = this.select(INSTANCE_COLUMNS, [...this.bounds, ...start, ...stop, ...this.tests], String(limit));
    return { end, found: rows.map((row) => storedInstanceOf(row).state) };
  }

  /** The index that leads past the fewest rows; adds the bounds that belong to it. */
  private chooseIndex(): string {
    const { kind, statuses = [], instanceIdPrefix = "" } = this.query;
    const [status] = statuses;
    const single = status !== undefined && statuses.length === 1;
    if (single) this.bounds.push({ sql: "status = ?", values: [statusCode(status)] });
    else if (status !== undefined) {
      this.tests.push({ sql: `status IN (${statuses.map(() => "?").join(", ")})`, values: statuses.map(statusCode) });
    }
    const range = idsThatBeginWith(instanceIdPrefix);
    if (range !== undefined && this.isNarrow(range)) {
      this.bounds.push(range);
      return "sqlite_autoindex_instances_1";
    }
    if (single) return "instances_status";
    return kind === "entity" ? "instances_entities" : "instances_created";
  }

  /** Tells whether one stretch covers a range of ids: then sorting what is in it costs less than walking past the rest. */
  private isNarrow({ sql, values }: Condition): boolean {
    const beyond = `SELECT 1 FROM instances WHERE ${sql} LIMIT 1 OFFSET ${ROWS_PER_STRETCH - 1}`;
    return this.database.prepare(beyond).get(...values) === undefined;
  }

  private addRanges(): void {
    const { createdFrom, createdTo, lastUpdatedFrom, lastUpdatedTo } = this.query;
    if (createdFrom !== undefined) this.bounds.push({ sql: "created_at >= ?", values: [createdFrom] });
    if (createdTo !== undefined) this.bounds.push({ sql: "created_at <= ?", values: [createdTo] });
    if (lastUpdatedFrom !== undefined) this.tests.push({ sql: "updated_at >= ?", values: [lastUpdatedFrom] });
    if (lastUpdatedTo !== undefined) this.tests.push({ sql: "updated_at <= ?", values: [lastUpdatedTo] });
  }

  /** Names, tags and custom statuses have no index: each start would pay for it, and a walk of 100,000 rows is 0.1 s. */
  private addTests(): void {
    const { kind, instanceIdPrefix = "", name, tags = {}, customStatusContains = "" } = this.query;
    if (kind === "orchestration") this.tests.push({ sql: "entity = 0", values: [] });
    if (name !== undefined) this.tests.push({ sql: "name = ? COLLATE NOCASE", values: [name] });
    if (instanceIdPrefix !== "") {
      // SQLite counts characters, not UTF-16 units.
      this.tests.push({
        sql: "substr(instance_id, 1, ?) = ?",
        values: [Array.from(instanceIdPrefix).length, instanceIdPrefix],
      });
    }
    for (const tag of Object.entries(tags)) {
      this.tests.push({ sql: "EXISTS (SELECT 1 FROM json_each(tags) WHERE key = ? AND value = ?)", values: tag });
    }
    if (customStatusContains !== "") {
      this.tests.push({ sql: "instr(custom_status, ?) > 0", values: [customStatusContains] });
    }
  }

  private select(columns: string, conditions: readonly Condition[], limit: string): Row[] {
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.map(({ sql }) => sql).join(" AND ")}`;
    const sql = `SELECT ${columns} FROM ${this.source} ${where} ORDER BY created_at, instance_id LIMIT ${limit}`;
    return this.database.prepare(sql).all(...conditions.flatMap(({ values }) => values));
  }
}

/** Ids that are not below the prefix, and below whatever follows all that begins with it; undefined without a prefix. */
function idsThatBeginWith(prefix: string): Condition | undefined {
  const characters = Array.from(prefix);
  const last = characters.pop()?.codePointAt(0);
  // The neighbours of the surrogates have no next character of their own; nobody's ids need them to be fast.
  if (last === undefined || last >= 0xd7ff) return undefined;
  return {
    sql: "instance_id >= ? AND instance_id < ?",
    values: [prefix, characters.join("") + String.fromCodePoint(last + 1)],
  };
}

function encodeToken(last: InstanceState | undefined): string {
  return Buffer.from(JSON.stringify([last?.createdAt, last?.instanceId])).toString("base64url");
}

function decodeToken(token: string): Position {
  try {
    const [createdAt, instanceId]: unknown[] = JSON.parse(Buffer.from(token, "base64url").toString());
    if (typeof createdAt === "number" && typeof instanceId === "string") return { createdAt, instanceId };
  } catch {
    // Reported below, like a token of the wrong shape.
  }
  throw new DurableHostError("INVALID_ARGUMENT", "The continuation token is not one that this store made.");
}
