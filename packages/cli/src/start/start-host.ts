import { join } from "node:path";
import type { DurableHostError, Executor, Logger, StorageProvider, TaskHubWorker } from "@durable-host/engine";
import {
  loadConfiguration,
  RPC_PATH,
  type FunctionDescription,
  type HostConfiguration,
  type InvocationListener,
  type KeyRing,
} from "@durable-host/functions";
import { StorageEmulator } from "../emulator/storage-emulator";
import type { HttpListener } from "../server/http-listener";
import { OfflinePage } from "../server/offline-page";
import { AppDatabases } from "./app-databases";
import { AppGrpcEndpoint } from "./app-grpc-endpoint";
import { AppSlot } from "./app-slot";
import { createApp, requireFunctions, type CreateAppOptions } from "./create-app";
import { createEngine } from "./create-engine";
import { createKeyRing } from "./create-key-ring";
import { createStorageProvider } from "./create-storage-provider";
import { HostLifecycle } from "./host-lifecycle";
import { listenForClients, listenForSdk } from "./host-listeners";
import { localOrigin } from "./listen-address";
import type { ListenerParts } from "./listener-parts";
import { listenAddress } from "./listen-address";
import { LiveControl } from "./live-control";
import { openHostTelemetry, type HostTelemetry, type WatchedConsole } from "./open-host-telemetry";
import type { StartOptions } from "./start-options";
import { WorkerEndpoint } from "./worker-endpoint";

/** Of the grace time at stop, this much is kept for the app's own shutdown. */
const APP_GRACE_MS = 5000;
/** After everything has been answered, clients get this long to take it. */
const FLUSH_MS = 500;

/** Where the host writes. */
export interface HostConsole {
  readonly logger: Logger;
  readonly onInvocation: InvocationListener;
}

export interface HostSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called once, when it is known which levels host.json asks for. */
  readonly openConsole: (configuration: HostConfiguration) => HostConsole;
  /** Told which files the app loads, absolute, as it does; absent: nobody asks. */
  readonly onFiles?: (files: readonly string[]) => void;
}

export interface RunningHost {
  readonly configuration: HostConfiguration;
  readonly logger: Logger;
  /** `http://localhost:<port>` */
  readonly origin: string;
  readonly functions: readonly FunctionDescription[];
  /** Resolves if the store fails for good while the host runs: it must stop, and only a restart can help. */
  readonly failed: Promise<DurableHostError>;
  /** Puts an app loaded from the files as they are now in the place of the present one, which stays if that fails. */
  reload(): Promise<void>;
  /** Readiness goes first, then what is in flight is finished within `graceMs`, then the store is closed. */
  stop(graceMs: number): Promise<void>;
}

interface Parts {
  readonly lifecycle: HostLifecycle;
  readonly slot: AppSlot;
  readonly provider: StorageProvider;
  readonly worker: TaskHubWorker;
  readonly endWaits: () => void;
  readonly telemetry: HostTelemetry;
  readonly emulator: StorageEmulator;
  readonly databases: AppDatabases;
  readonly grpc: AppGrpcEndpoint;
  /** For workers from elsewhere. */
  readonly endpoint: WorkerEndpoint | undefined;
  /** Filled as they are opened. */
  readonly listeners: { client?: HttpListener; sdk?: HttpListener };
}

/**
 * The composition root: joins configuration, store, app, engine and listeners.
 * Rejects with what `describeStartError` puts into words; nothing is left running then.
 */
export async function startHost(options: StartOptions, surroundings: HostSurroundings): Promise<RunningHost> {
  const configuration = readConfiguration(options, surroundings);
  const slot = new AppSlot();
  const opened = surroundings.openConsole(configuration);
  const telemetry = await openHostTelemetry(configuration, opened, () => slot.capabilities);
  const { console } = telemetry;
  const { logger } = console;
  for (const notice of configuration.notices) logger.warn(notice);
  const provider = await createMeasuredStore(configuration, options, telemetry);
  const keyRing = createKeyRing(options, configuration, provider);
  const keys = options.enableAuth ? keyRing : undefined;
  if (keys) logger.info(`Requests need a key. The keys are kept in ${keys.place}.`);
  const lifecycle = new HostLifecycle();
  const engine = await openEngine(options, configuration, provider, slot.executor, telemetry);
  const { taskHub, worker, endpoint } = engine;
  const failed = new Promise<DurableHostError>((resolve) => provider.onFailure(resolve));
  const appServices = createAppServices(configuration, options, logger);
  const parts: Parts = { ...engine, ...appServices, lifecycle, slot, provider, telemetry, listeners: {} };
  const offlinePage = new OfflinePage(configuration.appRoot, () => performance.now());
  const loadApp = (current: HostConfiguration) =>
    loadInto(parts, current, { ...options, ...surroundings }, console, keys);
  const reload = () => loadApp(readConfiguration(options, surroundings));
  const control = new LiveControl({ lifecycle, slot, worker, offlinePage, reload });
  try {
    await openListeners(parts, {
      options,
      configuration,
      logger,
      lifecycle,
      slot,
      provider,
      taskHub,
      keyRing,
      keys,
      control,
      offlinePage,
      metricsText: telemetry.metricsText,
    });
    await startStoreAndApp(provider, keys, () => loadApp(configuration));
    await endpoint?.listen(taskHub);
    worker.start();
    lifecycle.to("Running");
    await slot.startTriggers();
    return {
      configuration,
      logger,
      failed,
      origin: localOrigin(options, portsOf(parts).client),
      get functions() {
        return slot.functions;
      },
      reload,
      stop: (graceMs) => stopHost(parts, graceMs),
    };
  } catch (error) {
    await abandonStart(parts);
    throw error;
  }
}

/** What the app's bindings need on this machine. */
function createAppServices({ appRoot }: HostConfiguration, { dataDir }: StartOptions, logger: Logger) {
  const folder = join(dataDir, "azurite");
  const emulator = new StorageEmulator({ appRoot, folder, logger: logger.child("Host.Storage") });
  return { emulator, databases: new AppDatabases() };
}

async function createMeasuredStore(
  configuration: HostConfiguration,
  options: StartOptions,
  { meter, measured, console }: HostTelemetry,
): Promise<StorageProvider> {
  const onRoundTrip = meter && ((name: string) => meter.storageRoundTrip(name));
  const logger = console.logger.child("Host.Storage");
  return measured(await createStorageProvider(configuration, { ...options, onRoundTrip }, logger));
}

function readConfiguration({ scriptRoot, storage }: StartOptions, { environment }: HostSurroundings) {
  return loadConfiguration({ appRoot: scriptRoot, environment, storage });
}

async function openListeners({ listeners }: Parts, parts: ListenerParts): Promise<void> {
  listeners.client = await listenForClients(parts);
  listeners.sdk = await listenForSdk(parts, listeners.client.port);
}

/** The engine, and what speaks gRPC for it: to the app's own clients, and to workers from elsewhere. */
async function openEngine(
  options: StartOptions,
  configuration: HostConfiguration,
  provider: StorageProvider,
  app: Executor,
  telemetry: HostTelemetry,
) {
  const { hubName } = configuration;
  const { logger } = telemetry.console;
  const { address } = listenAddress(options, configuration);
  const endpoint = options.grpc && (await WorkerEndpoint.create(options.grpc, { address, hubName, provider, logger }));
  const engine = createEngine(configuration, provider, endpoint?.besides(app) ?? app, logger, {
    meter: telemetry.meter,
    tracer: telemetry.tracer,
    sdkWorkers: endpoint && "beside-app",
  });
  telemetry.observe(engine.worker, provider, engine.slots);
  return { ...engine, endpoint, grpc: new AppGrpcEndpoint({ hubName, taskHub: engine.taskHub, provider, logger }) };
}

/** Known once the listeners are open. */
function portsOf({ listeners: { client, sdk } }: Parts): { readonly client: number; readonly rpc: number } {
  return { client: client?.port ?? 0, rpc: sdk?.port ?? 0 };
}

function loadInto(
  parts: Parts,
  configuration: HostConfiguration,
  options: Pick<CreateAppOptions, "functions" | "workerArguments" | "onFiles" | "https">,
  console: WatchedConsole,
  keys: KeyRing | undefined,
): Promise<void> {
  const { slot, provider, emulator, databases, grpc } = parts;
  const { client, rpc } = portsOf(parts);
  const app = createApp({
    configuration,
    functions: options.functions,
    workerArguments: options.workerArguments,
    onFiles: options.onFiles,
    https: options.https,
    records: () => provider.records,
    emulatorReady: emulator.ready,
    openSqlDatabase: databases.open,
    port: client,
    rpcBaseUrl: `http://127.0.0.1:${rpc}${RPC_PATH}/`,
    grpc: grpc.open,
    keys,
    ...console,
    stopGraceMs: APP_GRACE_MS,
  });
  return slot.load(app, (loaded) => requireFunctions(loaded, configuration));
}

/**
 * At the same time, because each takes a good part of the start; only keys come before the app, which is given one for its
 * links. A store that cannot be opened is reported first.
 */
async function startStoreAndApp(
  provider: StorageProvider,
  keys: KeyRing | undefined,
  loadApp: () => Promise<void>,
): Promise<void> {
  const store = provider.start();
  const app = keys ? store.then(() => keys.load()).then(loadApp) : loadApp();
  const outcomes = await Promise.allSettled([store, app]);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

/**
 * Whoever has been let in is answered before the app is told to end. The app may call the management API until then: its
 * port is closed after it, not with the clients' one.
 */
async function stopHost(parts: Parts, graceMs: number): Promise<void> {
  const { lifecycle, slot, provider, worker, endWaits, listeners } = parts;
  const workMs = Math.max(0, graceMs - APP_GRACE_MS);
  lifecycle.to("Stopping");
  const answered = listeners.client?.drain(workMs);
  // Their runs in flight are waited for when the app is stopped.
  void slot.stopTriggers();
  await worker.stop(workMs);
  endWaits();
  await answered;
  await slot.stop();
  await Promise.all([closeListeners(parts, FLUSH_MS), parts.emulator.stop(), parts.databases.close()]);
  await provider.stop();
  await parts.telemetry.close();
}

async function abandonStart(parts: Parts): Promise<void> {
  parts.lifecycle.to("Stopping");
  await Promise.allSettled([parts.slot.stop(), closeListeners(parts, 0), parts.emulator.stop()]);
  await parts.databases.close();
  await parts.provider.stop().catch(() => undefined);
  await parts.telemetry.close();
}

async function closeListeners({ listeners, grpc, endpoint }: Parts, graceMs: number): Promise<void> {
  const servers = [listeners.client, listeners.sdk, grpc, endpoint];
  await Promise.all(servers.map(async (server) => server?.close(graceMs)));
}
