import type { Clock } from "@durable-host/engine";
import type { ConnectionPool } from "./connection-pool";
import type { SqlConnection } from "./open-connection";
import { SINGLE_ATTEMPT, type RetryPolicy, withRetry } from "./retry";
import type { RunningCommand, SqlCommand } from "./run-command";
import type { CallOptions, CallResult, SqlClient, SqlParameter, TransactionClient } from "./sql-client";
import { SqlError } from "./sql-error";

export interface PooledSqlClientOptions {
  readonly commandTimeoutMs: number;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onCall: (name: string) => void;
}

/** Runs a command to its answer, on whatever connection. */
type Runner = (command: SqlCommand, name: string, options?: CallOptions) => Promise<CallResult>;

/** The three kinds of call on top of one way to run them. */
class CommandClient implements TransactionClient {
  constructor(private readonly runCommand: Runner) {}

  call(procedure: string, parameters: readonly SqlParameter[], options?: CallOptions): Promise<CallResult> {
    return this.runCommand(
      { kind: "procedure", text: procedure, parameters, readCell: options?.readCell },
      procedure,
      options,
    );
  }

  query(sql: string, parameters: readonly SqlParameter[] = [], options?: CallOptions): Promise<CallResult> {
    return this.runCommand({ kind: "statement", text: sql, parameters, readCell: options?.readCell }, "query", options);
  }

  batch(sql: string, options?: CallOptions): Promise<CallResult> {
    return this.runCommand({ kind: "batch", text: sql, parameters: [] }, "batch", options);
  }
}

/** A client that takes a connection of a pool for each attempt of a call. */
export class PooledSqlClient extends CommandClient implements SqlClient {
  private readonly closing = new AbortController();

  constructor(
    private readonly pool: ConnectionPool<SqlConnection>,
    private readonly options: PooledSqlClientOptions,
  ) {
    super((command, name, callOptions) =>
      this.withRetry((callOptions?.retry ?? true) ? options.retry : SINGLE_ATTEMPT, callOptions, () =>
        this.withConnection(callOptions?.signal, (connection) => this.run(connection, command, name, callOptions)),
      ),
    );
  }

  async transaction<T>(work: (client: TransactionClient) => Promise<T>): Promise<T> {
    // A connection that cannot be had, or broke while idle, is worth another attempt; what `work` began is not.
    const connection = await this.withRetry(this.options.retry, undefined, () => this.begin());
    let reuse = false;
    try {
      const result = await work(
        new CommandClient((command, name, options) => this.once(connection, command, name, options)),
      );
      await this.once(connection, COMMIT, "commit");
      reuse = !connection.inTransaction;
      return result;
    } catch (error) {
      reuse = await this.rollBack(connection);
      throw error;
    } finally {
      await this.pool.release(connection, reuse);
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.pool.close();
  }

  private withRetry<T>(
    policy: RetryPolicy,
    { signal, reads }: CallOptions = {},
    attempt: () => Promise<T>,
  ): Promise<T> {
    const { clock, random } = this.options;
    return withRetry(attempt, policy, { clock, random, signal, reads, closing: this.closing.signal });
  }

  /** One request; the connection is left to the caller. */
  private run(connection: SqlConnection, command: SqlCommand, name: string, options?: CallOptions): RunningCommand {
    this.options.onCall(name);
    return connection.run(command, {
      timeoutMs: options?.timeoutMs ?? this.options.commandTimeoutMs,
      signal: options?.signal,
    });
  }

  /** One request inside a transaction: a single attempt, and nothing may follow before it is settled. */
  private once(
    connection: SqlConnection,
    command: SqlCommand,
    name: string,
    options?: CallOptions,
  ): Promise<CallResult> {
    return this.withRetry(SINGLE_ATTEMPT, options, () => settle(this.run(connection, command, name, options)));
  }

  /** Runs a command on a connection of its own, which goes back to the pool when the server is done with it. */
  private async withConnection(
    signal: AbortSignal | undefined,
    start: (connection: SqlConnection) => RunningCommand,
  ): Promise<CallResult> {
    const connection = await this.pool.acquire(signal);
    let running: RunningCommand;
    try {
      running = start(connection);
    } catch (error) {
      await this.pool.release(connection, false);
      throw error;
    }
    const { result, settled } = running;
    try {
      const answer = await result;
      await this.pool.release(connection, true);
      return answer;
    } catch (error) {
      // The caller has its error now; the connection takes the time it needs.
      void settled.then(() => this.restore(connection, error));
      throw error;
    }
  }

  /** After an error: the session is made as new if the server only refused, else the connection is given up. */
  private async restore(connection: SqlConnection, error: unknown): Promise<void> {
    let reuse = error instanceof SqlError && connection.usable && !connection.inTransaction;
    if (reuse) await connection.reset().catch(() => (reuse = false));
    await this.pool.release(connection, reuse);
  }

  private async begin(): Promise<SqlConnection> {
    const connection = await this.pool.acquire();
    try {
      await settle(this.run(connection, BEGIN, "begin"));
      return connection;
    } catch (error) {
      await this.pool.release(connection, false);
      throw error;
    }
  }

  /** Tells whether the connection can be used again. One that cannot roll back is closed, which rolls back too. */
  private async rollBack(connection: SqlConnection): Promise<boolean> {
    if (!connection.usable) return false;
    try {
      await this.once(connection, ROLLBACK, "rollback");
      await connection.reset();
      return !connection.inTransaction;
    } catch {
      return false;
    }
  }
}

/** The answer, once the connection is free for another request. */
async function settle({ result, settled }: RunningCommand): Promise<CallResult> {
  try {
    return await result;
  } finally {
    await settled;
  }
}

// As text rather than by the driver's calls for transactions, so that time limits hold for them too.
const BEGIN: SqlCommand = { kind: "batch", text: "BEGIN TRANSACTION", parameters: [] };
const COMMIT: SqlCommand = { kind: "batch", text: "COMMIT TRANSACTION", parameters: [] };
const ROLLBACK: SqlCommand = { kind: "batch", text: "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION", parameters: [] };
