import { errorText, DurableHostError } from "@durable-host/engine";
import { hasSqlNumber } from "../connection/sql-error";
import type { SqlClient } from "../connection/sql-client";

/** UTF-8, so that `varchar` keeps every character; case-sensitive, so that ids that differ in case stay apart. */
export const DATABASE_COLLATION = "Latin1_General_100_BIN2_UTF8";

/** SQL Server's number for "this database exists already". */
const DATABASE_EXISTS = 1801;

/** Creating a database takes Azure SQL up to a minute or two. */
const CREATE_TIMEOUT_MS = 300_000;

/**
 * Creates a database where it is missing; several hosts may do so at once. `master` is a client of the database `master`
 * on the same server; its login needs the right to create databases only when there is one to create.
 *
 * @returns true if this call created it
 * @throws DurableHostError STORAGE_PERMANENT when it is missing and cannot be created
 */
export async function createDatabaseIfMissing(master: SqlClient, database: string): Promise<boolean> {
  const found = await master.query("SELECT name FROM sys.databases WHERE name = @Name", [
    { name: "Name", type: "nvarchar", length: 128, value: database },
  ]);
  if ((found.sets[0] ?? []).length > 0) return false;
  try {
    await master.batch(`CREATE DATABASE ${quoteName(database)} COLLATE ${DATABASE_COLLATION}`, {
      timeoutMs: CREATE_TIMEOUT_MS,
      retry: false,
    });
    return true;
  } catch (error) {
    if (hasSqlNumber(error, DATABASE_EXISTS)) return false;
    throw new DurableHostError(
      "STORAGE_PERMANENT",
      `The database "${database}" does not exist and could not be created: ${errorText(error)} ` +
        "Create it, or give the login the right to create databases (dbcreator; dbmanager on Azure SQL).",
      { cause: error },
    );
  }
}

function quoteName(name: string): string {
  return `[${name.replaceAll("]", "]]")}]`;
}
