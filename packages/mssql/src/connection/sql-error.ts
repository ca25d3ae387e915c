/** Where in the database an error was raised. */
export interface SqlErrorOrigin {
  /** The number of the error message; `undefined` when the driver, not the server, gave up. */
  readonly number?: number | undefined;
  readonly state?: number | undefined;
  readonly procedure?: string | undefined;
  readonly line?: number | undefined;
}

/**
 * A request that the server answered with an error, and that another attempt would not cure. It never leaves the
 * provider: the operation that made the call gives its number a meaning.
 */
export class SqlError extends Error {
  readonly number: number | undefined;
  readonly state?: number;
  readonly procedure?: string;
  readonly line?: number;

  constructor(message: string, origin: SqlErrorOrigin, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "SqlError";
    this.number = origin.number;
    if (origin.state !== undefined) this.state = origin.state;
    if (origin.procedure) this.procedure = origin.procedure;
    if (origin.line !== undefined) this.line = origin.line;
  }
}

/** Tells whether an error is the server's, with this number. */
export function hasSqlNumber(error: unknown, ...numbers: readonly number[]): error is SqlError {
  return error instanceof SqlError && error.number !== undefined && numbers.includes(error.number);
}
