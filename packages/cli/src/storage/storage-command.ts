import type { SqlClient } from "@durable-host/mssql";

/** What the command line says of the database. */
export interface StorageOptions {
  /** An ADO.NET connection string; wins over everything. */
  readonly connectionString?: string;
  /** Name of the app setting that holds one, in place of host.json's. */
  readonly connectionStringSetting?: string;
  readonly schema?: string;
  /** Folder of the app, absolute. */
  readonly scriptRoot: string;
  /** Create the database, too, when it is missing. */
  readonly createDatabase: boolean;
}

/** The database a command works on. */
export interface StorageTarget {
  readonly schema: string;
  readonly database: string;
  readonly createDatabase: boolean;
  readonly client: SqlClient;
  /** A client of the server's database `master`; whoever asks closes it. */
  readonly openMaster: () => SqlClient;
}

/** What a command has to say. */
export interface StorageResult {
  /** The one document of `--json`. */
  readonly json: unknown;
  /** The same for people. */
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/** One sub-command of `durable-host storage` as data. What it does is loaded when it runs: the driver makes no other command slow. */
export interface StorageCommand {
  readonly name: string;
  readonly description: string;
  readonly takesCreateDatabase: boolean;
  /** Without a connection: with the name of the schema alone. */
  readonly runOffline?: (schema: string) => Promise<StorageResult>;
  readonly run?: (target: StorageTarget) => Promise<StorageResult>;
}
