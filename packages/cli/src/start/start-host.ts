import { join } from "node:path";
import {
  systemClock,
  type DurableHostError,
  type Logger,
  type StorageProvider,
  type TaskHubWorker,
} from "@durable-host/engine";
import {
  KeyRing,
  loadConfiguration,
  readKeyFolder,
  RPC_PATH,
  type FunctionDescription,
  type HostConfiguration,
  type InvocationListener,
} from "@durable-host/functions";
import type { HttpListener } from "../server/http-listener";
import { AppSlot } from "./app-slot";
import { createApp, requireFunctions } from "./create-app";
import { createEngine } from "./create-engine";
import { createStorageProvider } from "./create-storage-provider";
import { HostLifecycle } from "./host-lifecycle";
import { listenForClients, listenForSdk, type ListenerParts } from "./host-listeners";
import type { StartOptions } from "./start-options";

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
  /** Filled as they are opened. */
  readonly listeners: { client?: HttpListener; sdk?: HttpListener };
}

/**
 * The composition root: joins configuration, store, app, engine and listeners.
 * Rejects with what `describeStartError` puts into words; nothing is left running then.
 */
export async function startHost(options: StartOptions, surroundings: HostSurroundings): Promise<RunningHost> {
  const configuration = readConfiguration(options, surroundings);
  const console = surroundings.openConsole(configuration);
  const { logger } = console;
  for (const notice of configuration.notices) logger.warn(notice);
  const provider = await createStorageProvider(configuration, options, logger.child("Host.Storage"));
  const keys = readKeys(options, configuration, logger);
  const slot = new AppSlot();
  const lifecycle = new HostLifecycle();
  const { taskHub, worker } = createEngine(configuration, provider, slot.executor, logger);
  const failed = new Promise<DurableHostError>((resolve) => provider.onFailure(resolve));
  const parts: Parts = { lifecycle, slot, provider, worker, listeners: {} };
  try {
    const ports = await openListeners(parts, {
      options,
      configuration,
      logger,
      lifecycle,
      slot,
      provider,
      taskHub,
      keys,
    });
    const loadApp = (current: HostConfiguration) => loadInto(parts, current, options, console, { ...ports, keys });
    await startStoreAndApp(provider, loadApp(configuration));
    worker.start();
    lifecycle.to("Running");
    await slot.startTriggers();
    return {
      configuration,
      logger,
      failed,
      origin: `http://localhost:${ports.client}`,
      get functions() {
        return slot.functions;
      },
      reload: () => loadApp(readConfiguration(options, surroundings)),
      stop: (graceMs) => stopHost(parts, graceMs),
    };
  } catch (error) {
    await abandonStart(parts);
    throw error;
  }
}

function readConfiguration({ scriptRoot, storage }: StartOptions, { environment }: HostSurroundings) {
  return loadConfiguration({ appRoot: scriptRoot, environment, storage });
}

/** The keys that requests have to present, or undefined when they need none. */
function readKeys(
  { enableAuth, dataDir }: StartOptions,
  { values }: HostConfiguration,
  logger: Logger,
): KeyRing | undefined {
  if (!enableAuth) return undefined;
  const folder = values.app("FUNCTIONS_SECRETS_PATH") || join(dataDir, "secrets");
  const keys = new KeyRing({ read: () => readKeyFolder(folder), clock: systemClock });
  logger.info(`Requests need a key. The keys are kept in ${folder}.`);
  return keys;
}

interface Ports {
  readonly client: number;
  readonly rpc: number;
}

async function openListeners({ listeners }: Parts, parts: ListenerParts): Promise<Ports> {
  listeners.client = await listenForClients(parts);
  listeners.sdk = await listenForSdk(parts, listeners.client.port);
  return { client: listeners.client.port, rpc: listeners.sdk.port };
}

function loadInto(
  { slot, provider }: Parts,
  configuration: HostConfiguration,
  { functions }: StartOptions,
  console: HostConsole,
  { client, rpc, keys }: Ports & { readonly keys?: KeyRing },
): Promise<void> {
  const app = createApp({
    configuration,
    functions,
    records: () => provider.records,
    port: client,
    rpcBaseUrl: `http://127.0.0.1:${rpc}${RPC_PATH}/`,
    keys,
    ...console,
    stopGraceMs: APP_GRACE_MS,
  });
  return slot.load(app, (loaded) => requireFunctions(loaded, configuration));
}

/** At the same time, because each takes a good part of the start. A store that cannot be opened is reported first. */
async function startStoreAndApp(provider: StorageProvider, app: Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled([provider.start(), app]);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

/** The app may call the management API until it has stopped: its port is closed after it, not with the clients' one. */
async function stopHost(parts: Parts, graceMs: number): Promise<void> {
  const { lifecycle, slot, provider, worker, listeners } = parts;
  lifecycle.to("Stopping");
  listeners.client?.stopListening();
  slot.stopTriggers();
  await worker.stop(Math.max(0, graceMs - APP_GRACE_MS));
  await slot.stop();
  await closeListeners(parts, FLUSH_MS);
  await provider.stop();
}

async function abandonStart(parts: Parts): Promise<void> {
  parts.lifecycle.to("Stopping");
  await Promise.allSettled([parts.slot.stop(), closeListeners(parts, 0)]);
  await parts.provider.stop().catch(() => undefined);
}

async function closeListeners({ listeners }: Parts, graceMs: number): Promise<void> {
  await Promise.all([listeners.client?.close(graceMs), listeners.sdk?.close(graceMs)]);
}
