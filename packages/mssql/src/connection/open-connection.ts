import { isIP } from "node:net";
import type { TokenCredential } from "@azure/identity";
import { Connection, type ConnectionConfiguration } from "tedious";
import type { ConnectionSettings } from "./connection-settings";
import { type ServerMessage, describeConnectionFailure } from "./describe-connection-failure";
import { type CommandLimits, type RunningCommand, type SqlCommand, CANCEL_GRACE_MS, runCommand } from "./run-command";
import { configInvalid } from "./connection-config-error";
import { DEFAULT_SQL_PORT, describeAddress } from "./server-address";

/** A session at the server: logged in, one request at a time. */
export interface SqlConnection {
  /** False once the connection ended, by whomever. */
  readonly usable: boolean;
  /** True while the session has a transaction open, as far as the server has told. */
  readonly inTransaction: boolean;
  run(command: SqlCommand, limits: CommandLimits): RunningCommand;
  /** Makes the session as good as new; rejects when the connection is of no use any more. */
  reset(): Promise<void>;
  /** Resolves when the socket is closed. May be called again. */
  close(): Promise<void>;
}

/**
 * Connects and logs in. Rejects with CONFIG_INVALID or STORAGE_TRANSIENT and what to do; an aborted signal breaks the
 * attempt off.
 */
export function openConnection(
  settings: ConnectionSettings,
  credential: TokenCredential | undefined,
  signal: AbortSignal,
): Promise<SqlConnection> {
  return new Promise((resolve, reject) => {
    const connection = new Connection(driverConfiguration(settings, credential));
    const opened = new DriverConnection(connection);
    const messages: ServerMessage[] = [];
    const onMessage = (message: ServerMessage): void => void messages.push(message);
    // The driver's `close` would leave its attempt waiting for the time limit; it listens to the socket.
    const onAbort = (): void => void connection.socket?.destroy(new Error("The attempt to connect was broken off."));
    connection.on("errorMessage", onMessage);
    if (settings.encrypt === true) refusePlainText(connection, settings);
    surviveBrokenAnswers(connection);
    signal.addEventListener("abort", onAbort);
    connection.connect((error) => {
      connection.removeListener("errorMessage", onMessage);
      signal.removeEventListener("abort", onAbort);
      if (!error && !signal.aborted) return resolve(opened);
      // Broken off between two steps, the driver may still have come through.
      if (!error) connection.close();
      reject(describeConnectionFailure({ error: error ?? signal.reason, messages }, settings));
    });
  });
}

/**
 * The driver logs in without encryption, password and all, when the server says that it has none: anyone between the two
 * can say so. What the server says is heard only by this event, which comes before the log-in is sent; an error thrown in
 * it breaks the attempt off.
 */
function refusePlainText(connection: Connection, settings: ConnectionSettings): void {
  connection.on("debug", (text) => {
    if (/^\s*PreLogin - .*encryption:0x0[02]\(/.test(text)) throw noEncryption(settings);
  });
}

/** What the driver makes to read one answer, as far as is needed here. */
interface AnswerReader {
  readonly parser: { on(event: "error", listener: (error: Error) => void): unknown };
}

interface AnswerReaders {
  createTokenStreamParser(message: unknown, handler: unknown): AnswerReader;
}

/**
 * The driver reads each answer in a stream of its own to whose errors it does not listen: an answer that ends within a row, as
 * that of a server process that dies may, would end this process. Here it ends the connection, which tells the request.
 */
function surviveBrokenAnswers(connection: Connection): void {
  const readers = connection as unknown as AnswerReaders;
  const create = readers.createTokenStreamParser.bind(connection);
  readers.createTokenStreamParser = (message, handler) => {
    const reader = create(message, handler);
    reader.parser.on("error", (error) => connection.socket?.destroy(error));
    return reader;
  };
}

function noEncryption(settings: ConnectionSettings): Error {
  return configInvalid(
    `The server ${describeAddress(settings.address)} does not offer encrypted connections, so nothing was sent to it. Install a ` +
      "certificate on the server; or, in a network you trust, set Encrypt=false in the connection string.",
  );
}

class DriverConnection implements SqlConnection {
  private ended = false;
  private readonly end: Promise<void>;

  constructor(private readonly connection: Connection) {
    this.end = new Promise((resolve) => {
      connection.once("end", () => {
        this.ended = true;
        resolve();
      });
    });
    // What breaks is told by the request under way, or by "end"; without a listener it would end the process.
    connection.on("error", () => undefined);
  }

  get usable(): boolean {
    return !this.ended && !this.connection.closed;
  }

  get inTransaction(): boolean {
    return this.connection.inTransaction;
  }

  run(command: SqlCommand, limits: CommandLimits): RunningCommand {
    return runCommand(this.connection, command, limits);
  }

  reset(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.connection.close(), CANCEL_GRACE_MS);
      this.connection.reset((error) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  close(): Promise<void> {
    if (!this.ended) this.connection.close();
    return this.end;
  }
}

function driverConfiguration(
  settings: ConnectionSettings,
  credential: TokenCredential | undefined,
): ConnectionConfiguration {
  const { address, authentication } = settings;
  return {
    server: address.host,
    authentication:
      authentication.type === "sql-login"
        ? { type: "default", options: { userName: authentication.userName, password: authentication.password } }
        : { type: "token-credential", options: { credential: credential as TokenCredential } },
    options: {
      ...(address.instance === undefined
        ? { port: address.port ?? DEFAULT_SQL_PORT }
        : { port: undefined, instanceName: address.instance }),
      ...serverName(settings),
      database: settings.database,
      encrypt: settings.encrypt === "strict" ? "strict" : settings.encrypt,
      trustServerCertificate: settings.trustServerCertificate,
      connectTimeout: settings.connectTimeoutMs,
      cancelTimeout: CANCEL_GRACE_MS,
      debug: { payload: settings.encrypt === true, packet: false, data: false, token: false },
      // Retries and time limits are ours: the driver's know neither jitter, nor the whole list, nor a stalled answer.
      maxRetriesOnTransientErrors: 0,
      requestTimeout: 0,
      appName: settings.applicationName,
      workstationId: settings.workstationId,
      ...(settings.language === undefined ? {} : { language: settings.language }),
      ...(settings.packetSize === undefined ? {} : { packetSize: settings.packetSize }),
      multiSubnetFailover: settings.multiSubnetFailover,
      // XACT_ABORT on: an error inside a procedure, of Microsoft's too, leaves no transaction half done (contract §8.2).
      abortTransactionOnError: true,
      lowerCaseGuids: true,
      useUTC: true,
    },
  };
}

/** The name to look for in the certificate. Addresses are no server names in TLS. */
function serverName({ hostNameInCertificate, address }: ConnectionSettings): { readonly serverName?: string } {
  if (hostNameInCertificate !== undefined) return { serverName: hostNameInCertificate };
  return isIP(address.host) ? {} : { serverName: address.host };
}
