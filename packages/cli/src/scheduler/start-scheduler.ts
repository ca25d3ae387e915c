import { DurableHostError, systemClock, type Logger } from "@durable-host/engine";
import {
  connectionValue,
  readEnvironmentValues,
  type HostConfiguration,
  type HostResponse,
} from "@durable-host/functions";
import { listenHttp, type HttpListener } from "../server/http-listener";
import { openAccess } from "./grpc-access";
import { SchedulerHubs } from "./hub-directory";
import { openHub } from "./open-hub";
import type { SchedulerOptions, StoreOptions } from "./scheduler-options";

/** Of the grace time at stop, this much is kept for streams and stores to close. */
const CLOSE_MS = 2000;

export interface SchedulerSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
}

export interface RunningScheduler {
  /** Of the gRPC endpoint. */
  readonly port: number;
  readonly statusPort: number | undefined;
  readonly hubs: readonly string[];
  /** Resolves if a store fails for good: only a restart can help. */
  readonly failed: Promise<DurableHostError>;
  /** Readiness goes first; what is in flight may be answered within `graceMs`; then streams are ended and stores closed. */
  stop(graceMs: number): Promise<void>;
}

/**
 * The composition root of `durable-host scheduler`: stores and engines of the task hubs, the gRPC endpoint, the status
 * endpoint. Rejects with what `describeStartError` puts into words; nothing is left running then.
 */
export async function startScheduler(
  options: SchedulerOptions,
  { environment, logger }: SchedulerSurroundings,
): Promise<RunningScheduler> {
  const values = readEnvironmentValues(environment);
  const storage = selectStore(options.store, environment);
  const dataDir = options.store.type === "embedded" ? options.store.dataDir : "";
  let fail: (error: DurableHostError) => void = () => undefined;
  const failed = new Promise<DurableHostError>((resolve) => (fail = resolve));
  const hubs = new SchedulerHubs({
    names: options.hubs,
    dynamic: options.dynamicHubs,
    open: (name) => openHub({ name, values, storage, dataDir, logger }),
    onFailure: fail,
    logger: logger.child("Host.Scheduler"),
  });
  const access = await openAccess(options.access, options.address);
  // Here and below it is imported when it is needed: it takes longer to load than the rest of the command line.
  const { createGrpcServer } = await import("@durable-host/grpc");
  const server = createGrpcServer({ hubs, clock: systemClock, logger: logger.child("Host.Scheduler"), ...access });
  let isReady = false;
  let status: HttpListener | undefined;
  const close = async (workMs: number): Promise<void> => {
    isReady = false;
    await hubs.stopWork(workMs);
    await server.close(CLOSE_MS);
    await hubs.close();
    await status?.close(CLOSE_MS);
  };
  try {
    status = await listenForStatus(options, logger, () => isReady);
    await hubs.start();
    const port = await server.listen(options.address, options.port);
    isReady = true;
    return {
      port,
      statusPort: status?.port,
      hubs: hubs.open().map(({ name }) => name),
      failed,
      stop: (graceMs) => close(Math.max(0, graceMs - CLOSE_MS)),
    };
  } catch (error) {
    await close(0);
    throw error;
  }
}

function selectStore(
  store: StoreOptions,
  environment: SchedulerSurroundings["environment"],
): HostConfiguration["storage"] {
  if (store.type === "embedded") return { type: "embedded", connectionName: "Storage" };
  const settings = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value ?? ""]));
  const connectionString = store.connectionString ?? connectionValue(settings, store.setting);
  if (connectionString !== undefined) return { type: "mssql", connectionName: store.setting, connectionString };
  throw new DurableHostError(
    "CONFIG_INVALID",
    `The variable ${store.setting} has no value: set it to the connection string of the database, or name another with --connection-string-setting.`,
  );
}

/** Tells orchestrators of containers, and whoever waits for the emulator, that the hubs are open (contract §15.1). */
async function listenForStatus(
  { address, statusPort }: SchedulerOptions,
  logger: Logger,
  isReady: () => boolean,
): Promise<HttpListener | undefined> {
  if (statusPort === undefined) return undefined;
  const answer = (): HostResponse => ({
    status: isReady() ? 200 : 503,
    headers: [["Content-Type", "application/json"]],
    body: JSON.stringify({ status: isReady() ? "ready" : "not ready" }),
  });
  return listenHttp({
    handler: async ({ method }) => (method === "GET" || method === "HEAD" ? answer() : undefined),
    address,
    port: statusPort,
    bodyLimit: 0,
    logger: logger.child("Host.Http"),
  });
}
