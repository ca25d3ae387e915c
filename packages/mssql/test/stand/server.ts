import { createSqlClient } from "../../src/connection/create-sql-client";
import { parseConnectionString } from "../../src/connection/parse-connection-string";
import type { SqlClient } from "../../src/connection/sql-client";

/** The environment variable that holds an ADO.NET connection string of a login that may create databases. */
export const CONNECTION_STRING_VARIABLE = "MSSQL_CONNECTION_STRING";

/** Any server that speaks TDS: SQL Server, Azure SQL, Babelfish. */
export interface TestServer {
  readonly connectionString: string;
}

/**
 * A group of tests that need a server. Without one they do not run, and the report says of each group why: nobody can take
 * that for a pass.
 */
export function describeWithServer(title: string, body: (server: TestServer) => void): void {
  const server = testServer();
  if (server !== undefined) {
    describe(title, () => body(server));
    return;
  }
  const unreachable = { connectionString: "Server=127.0.0.1;Database=none" };
  describe.skip(`${title} (NOT RUN: ${CONNECTION_STRING_VARIABLE} names no server, see CONTRIBUTING.md)`, () =>
    body(unreachable));
}

/** The server to test against, if there is one. */
export function testServer(): TestServer | undefined {
  const connectionString = process.env[CONNECTION_STRING_VARIABLE];
  return connectionString === undefined || connectionString === "" ? undefined : { connectionString };
}

/** A connection string with another database: of repeated keywords the last counts. */
export function withDatabase(connectionString: string, database: string): string {
  return `${connectionString.replace(/[;\s]+$/, "")};Database=${database}`;
}

/** A client for one database, connected at its first call. */
export function connectTo(connectionString: string): SqlClient {
  return createSqlClient(parseConnectionString(connectionString, { applicationName: "durable-host-tests" }));
}
