/** What a function reads from a database. */
export interface SqlSelection {
  readonly kind: "text" | "storedProcedure";
  /** A statement, or the name of a procedure. */
  readonly text: string;
  /** Names without the `@`. */
  readonly parameters: readonly SqlParameter[];
}

export interface SqlParameter {
  readonly name: string;
  /** Null is NULL; the server converts a text to what is wanted. */
  readonly value: string | null;
}

/** A row, its values as JSON has them. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** A database of the app's. Rejects with what to do when it refuses or cannot be reached. */
export interface SqlDatabase {
  /** The rows of the first result. */
  select(selection: SqlSelection): Promise<readonly SqlRow[]>;
  /** Changes the rows that have the primary keys of `rows`, and inserts the others; all of it or nothing. */
  upsert(table: string, rows: readonly SqlRow[]): Promise<void>;
}

/**
 * Opens the database of a connection string in ADO.NET form, the same one for the same text. Rejects with CONFIG_INVALID for
 * one that cannot work.
 */
export type OpenSqlDatabase = (connectionString: string) => Promise<SqlDatabase>;
