import { DurableHostError, type Logger } from "@durable-host/engine";
import { loadConfiguration, type HostConfiguration } from "@durable-host/functions";
import { DEFAULT_PORT } from "../../start/start-options";
import { CommandFailure } from "../command-failure";
import { findStore } from "./find-store";
import { createHttpTarget } from "./http-target";
import type { ManagementTarget } from "./management-target";
import { openStoreTarget } from "./store-target";

/** What the command line says about where to look for the task hub. */
export interface TargetOptions {
  readonly url?: string;
  readonly code?: string;
  /** Folder of an embedded store, absolute. */
  readonly dataDir?: string;
  /** Work on the app's store, whether or not a host answers. */
  readonly offline: boolean;
  /** Folder of the app, absolute. */
  readonly scriptRoot: string;
  readonly taskHubName?: string;
  /** Name of the app setting that holds the connection, in place of host.json's. */
  readonly connectionStringSetting?: string;
}

export interface TargetSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** Tells whether a Functions host answers at an address. */
  readonly hostAnswers: (url: string) => Promise<boolean>;
}

type Configured = { readonly configuration: HostConfiguration } | { readonly problem: DurableHostError };

const STORAGE_PROVIDER = "AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName";
/** SQL Server has a name of its own for the hub, which would win. */
const HUB_NAMES = [
  "AzureFunctionsJobHost__extensions__durableTask__hubName",
  "AzureFunctionsJobHost__extensions__durableTask__storageProvider__taskHubName",
];

/**
 * Chooses between a running host and the store: `--url` is a host; `--data-dir` and `--offline` are the store; otherwise the
 * host at the app's default address if one answers there, else the app's store.
 * Rejects with CommandFailure, CONFIG_INVALID, or what the store reports.
 */
export async function selectTarget(
  options: TargetOptions,
  surroundings: TargetSurroundings,
): Promise<ManagementTarget> {
  const { url, code, taskHubName } = options;
  if (url !== undefined) return createHttpTarget({ url, code, taskHubName });
  const app = readConfiguration(options, surroundings);
  if (options.dataDir !== undefined || options.offline) return openStore(options, app, surroundings);
  const configuration = "configuration" in app ? app.configuration : undefined;
  const address = `http://localhost:${configuration?.local.port ?? DEFAULT_PORT}`;
  if (await surroundings.hostAnswers(address)) {
    return createHttpTarget({ url: address, code, taskHubName: configuration?.hubName ?? taskHubName });
  }
  if ("problem" in app) throw unreachable(address, app.problem);
  return openStore(options, app, surroundings);
}

function openStore(
  { dataDir, taskHubName }: TargetOptions,
  app: Configured,
  { logger }: TargetSurroundings,
): Promise<ManagementTarget> {
  if ("problem" in app && dataDir === undefined) throw app.problem;
  const configuration = "configuration" in app ? app.configuration : undefined;
  return openStoreTarget(findStore({ dataDir, taskHubName, configuration }), logger);
}

/** A folder that is named is an embedded store, whatever host.json says; the app may even be missing then. */
function readConfiguration(options: TargetOptions, { environment }: TargetSurroundings): Configured {
  const { taskHubName, connectionStringSetting } = options;
  try {
    const configuration = loadConfiguration({
      appRoot: options.scriptRoot,
      environment: {
        ...environment,
        ...(taskHubName === undefined ? {} : Object.fromEntries(HUB_NAMES.map((name) => [name, taskHubName]))),
        ...(connectionStringSetting === undefined ? {} : { [STORAGE_PROVIDER]: connectionStringSetting }),
      },
      ...(options.dataDir === undefined ? {} : { storage: "embedded" as const }),
    });
    return { configuration };
  } catch (error) {
    if (error instanceof DurableHostError) return { problem: error };
    throw error;
  }
}

function unreachable(address: string, problem: DurableHostError): CommandFailure {
  return new CommandFailure(
    `No host answers at ${address}, and the app's store cannot be used instead. ${problem.message} A host elsewhere: --url URL; an embedded store: --data-dir DIR.`,
    { cause: problem },
  );
}
