import { DurableHostError, type Logger, type RecordStore } from "@durable-host/engine";
import {
  createFunctionAppHost,
  DURABLE_SYSTEM_KEY,
  durableClientInput,
  grpcClientInput,
  WEBHOOK_PATH,
  type FunctionAppHost,
  type HostConfiguration,
  type InvocationListener,
  type InvocationTracer,
  type KeyRing,
  type OpenSqlDatabase,
} from "@durable-host/functions";
import type { OpenGrpcEndpoint } from "./app-grpc-endpoint";
import type { StartOptions } from "./start-options";

export interface CreateAppOptions {
  readonly configuration: HostConfiguration;
  /** Names given with `--functions`; they win over host.json. */
  readonly functions?: readonly string[];
  /** Node.js flags from the command line; they come after those of the settings. */
  readonly workerArguments?: readonly string[];
  /** The host listens for https. */
  readonly https?: StartOptions["https"];
  /** Told which files of the app are loaded. */
  readonly onFiles?: (files: readonly string[]) => void;
  readonly records: () => RecordStore | undefined;
  /** See `FunctionAppHostOptions.emulatorReady`. */
  readonly emulatorReady: () => Promise<void>;
  /** See `FunctionAppHostOptions.openSqlDatabase`. */
  readonly openSqlDatabase: OpenSqlDatabase;
  readonly port: number;
  readonly rpcBaseUrl: string;
  /** Opens what an app on `durable-functions` v4 needs. */
  readonly grpc: () => Promise<OpenGrpcEndpoint>;
  /** Absent: nobody is asked for a key. */
  readonly keys?: KeyRing;
  readonly logger: Logger;
  readonly onInvocation: InvocationListener;
  readonly traceInvocation?: InvocationTracer;
  readonly onWorkerRestart?: () => void;
  readonly stopGraceMs: number;
}

/** Webhook base under which clients outside find the host: https unless it is this machine (durable contract §5.1). */
export function webhookBaseUrl(
  configuration: HostConfiguration,
  port: number,
  { https }: Pick<StartOptions, "https"> = {},
): string {
  const host = configuration.values.app("WEBSITE_HOSTNAME") ?? `localhost:${port}`;
  const isLocal = /^(?:localhost|127\.0\.0\.1)(?::|$)/i.test(host);
  return `${isLocal && !https ? "http" : "https"}://${host}${WEBHOOK_PATH}`;
}

/** Makes the app host from the configuration; nothing runs yet. */
export function createApp(options: CreateAppOptions): FunctionAppHost {
  const { configuration, port } = options;
  const { values } = configuration;
  const timeout = values.host("functionTimeout");
  const urls = {
    hubName: configuration.hubName,
    connectionName: configuration.storage.connectionName,
    baseUrl: webhookBaseUrl(configuration, port, options),
    key: options.keys?.systemKey(DURABLE_SYSTEM_KEY),
  };
  return createFunctionAppHost({
    appRoot: configuration.appRoot,
    settings: appEnvironment(configuration, port),
    hostJson: {
      routePrefix: values.host("extensions.http.routePrefix"),
      functions: options.functions ?? values.host("functions"),
      functionTimeoutMs: Number.isFinite(timeout) ? timeout : undefined,
      httpPollMs: values.host("extensions.durableTask.httpSettings.defaultAsyncRequestSleepTimeMilliseconds"),
    },
    values,
    records: options.records,
    emulatorReady: options.emulatorReady,
    openSqlDatabase: options.openSqlDatabase,
    workerCount: values.app("FUNCTIONS_WORKER_PROCESS_COUNT"),
    workerArguments: [
      ...splitArguments(values.app("languageWorkers__node__arguments")),
      ...(options.workerArguments ?? []),
    ],
    durableClientInput: durableClientInput({ ...urls, rpcBaseUrl: options.rpcBaseUrl }),
    grpc: async () => {
      const { codec, url } = await options.grpc();
      const limits = {
        maxMessageBytes: values.host("extensions.durableTask.maxGrpcMessageSizeInBytes"),
        timeoutMs: values.host("extensions.durableTask.grpcHttpClientTimeout"),
      };
      return { codec, clientInput: grpcClientInput({ ...urls, ...limits, rpcBaseUrl: url }) };
    },
    logger: options.logger,
    admits: options.keys?.admits,
    onInvocation: options.onInvocation,
    traceInvocation: options.traceInvocation,
    onWorkerRestart: options.onWorkerRestart,
    onFiles: options.onFiles,
    stopGraceMs: options.stopGraceMs,
  });
}

/** Rejects with APP_LOAD_FAILED when there is nothing to run. */
export function requireFunctions(app: FunctionAppHost, { appRoot, hostJson }: HostConfiguration): void {
  if (app.functions.some((fn) => !fn.disabled)) return;
  if (app.functions.length > 0) {
    throw new DurableHostError(
      "APP_LOAD_FAILED",
      `The app in ${appRoot} has no functions to run: all ${app.functions.length} are disabled, or left out by "functions" in host.json or --functions (${JSON.stringify(hostJson["functions"] ?? [])}).`,
    );
  }
  throw new DurableHostError(
    "APP_LOAD_FAILED",
    `The app in ${appRoot} has no functions. Its entry files were loaded and registered none. Check that "main" in package.json matches the files that call app.http(…), df.app.orchestration(…) and the like, for example "main": "src/functions/*.js"; for TypeScript, that the app is built.`,
  );
}

/** What `func start` puts into the environment, under what the user has set (functions-host contract §7.1). */
function appEnvironment({ appRoot, settings, values }: HostConfiguration, port: number): Record<string, string> {
  return {
    FUNCTIONS_WORKER_RUNTIME: "node",
    AzureWebJobsScriptRoot: appRoot,
    ...settings,
    AZURE_FUNCTIONS_ENVIRONMENT: values.app("AZURE_FUNCTIONS_ENVIRONMENT"),
    WEBSITE_HOSTNAME: values.app("WEBSITE_HOSTNAME") ?? `localhost:${port}`,
  };
}

function splitArguments(text: string): readonly string[] {
  return text.split(/\s+/).filter((argument) => argument !== "");
}
