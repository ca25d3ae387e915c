import type { OpenSqlDatabase } from "@durable-host/functions";
import type { AppDatabase } from "@durable-host/mssql";

/** The databases that the app's SQL bindings use: one pool of connections for each connection string, also over reloads. */
export class AppDatabases {
  readonly #opened = new Map<string, Promise<AppDatabase>>();

  /** See `OpenSqlDatabase`. The driver is loaded with the first. */
  readonly open: OpenSqlDatabase = (connectionString) => {
    const database = this.#opened.get(connectionString) ?? openDatabase(connectionString);
    this.#opened.set(connectionString, database);
    return database;
  };

  /** Waits for the calls under way. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values());
    await Promise.all(opened.flatMap((each) => (each.status === "fulfilled" ? each.value.close() : [])));
  }
}

async function openDatabase(connectionString: string): Promise<AppDatabase> {
  const { openAppDatabase } = await import("@durable-host/mssql");
  return openAppDatabase(connectionString);
}
