import {
  CompletionSignals,
  createTaskHub,
  hasCode,
  limitTaskHub,
  randomIds,
  systemClock,
  type Logger,
  type StorageProvider,
} from "@durable-host/engine";
import { createManagementApi, WEBHOOK_PATH, type HostResponse, type HttpHandler } from "@durable-host/functions";
import { createSqliteProvider } from "@durable-host/sqlite";
import { createStorageProvider } from "../../start/create-storage-provider";
import { CommandFailure } from "../command-failure";
import type { StoreChoice } from "./find-store";
import { createImpatientClock } from "./impatient-clock";
import { pathAndQuery, type ManagementRequest, type ManagementTarget } from "./management-target";

/** Never looked up: the API wants absolute URLs. */
const ORIGIN = "http://offline.invalid";

/**
 * Opens a store: an embedded one that no host has open, or a task hub in SQL Server. The management API runs over it in
 * this process, without an executor: whatever is asked for is durable, and is carried out by a host, where there is none by
 * the one that starts next.
 * Rejects with CommandFailure when a host has an embedded store open, and with the store's own errors.
 */
export async function openStoreTarget(choice: StoreChoice, logger: Logger): Promise<ManagementTarget> {
  const provider = await createProvider(choice, logger);
  await start(provider, choice);
  const api = createApi(choice, provider, logger);
  return {
    title: titleOf(choice),
    isOffline: true,
    isShared: choice.type === "mssql",
    async send(request) {
      const response = await api({
        method: request.method,
        url: new URL(`${ORIGIN}${WEBHOOK_PATH}/${pathAndQuery(request)}`),
        headers: { ...(request.body === undefined ? {} : { "content-type": "application/json" }), ...request.headers },
        body: bytes(request),
        signal: new AbortController().signal,
      });
      if (response === undefined) throw new Error(`The management API does not answer ${request.path.join("/")}.`);
      return { status: response.status, headers: headersOf(response), text: await bodyText(response) };
    },
    deleteTaskHub: () => provider.deleteTaskHub(),
    close: () => provider.stop(),
  };
}

function titleOf(choice: StoreChoice): string {
  if (choice.type === "embedded") return `the store ${choice.file}`;
  return `the task hub ${choice.hubName} in the database of ${choice.configuration.storage.connectionName}`;
}

/** Nothing is created, as a typing error would make something empty. */
async function createProvider(choice: StoreChoice, logger: Logger): Promise<StorageProvider> {
  if (choice.type === "mssql")
    return createStorageProvider(choice.configuration, { dataDir: "", mayCreate: false }, logger);
  const { dataDir, hubName } = choice;
  return createSqliteProvider({ dataDir, hubName, clock: systemClock, logger });
}

async function start(provider: StorageProvider, choice: StoreChoice): Promise<void> {
  try {
    await provider.start();
  } catch (error) {
    if (choice.type !== "embedded" || !hasCode(error, "STORE_IN_USE")) throw error;
    const message = `A host is using the store ${choice.file}: talk to it with --url http://localhost:PORT (the port it printed when it started), or stop it first.`;
    throw new CommandFailure(message, { cause: error });
  }
}

/** The settings are those the host would go by. */
function createApi(
  { type, hubName, configuration }: StoreChoice,
  provider: StorageProvider,
  logger: Logger,
): HttpHandler {
  const values = configuration?.values;
  const taskHub = createTaskHub({
    hubName,
    provider,
    // Hosts may be at work in a database, so that it is worth waiting for what they do.
    clock: type === "mssql" ? systemClock : createImpatientClock(systemClock),
    ids: randomIds,
    completions: new CompletionSignals(),
    defaultVersion: values?.host("extensions.durableTask.defaultVersion"),
    replaceable: values?.host("extensions.durableTask.overridableExistingInstanceStates"),
  });
  const largestPayload = values?.host("extensions.durableTask.maxPayloadSizeInBytes") ?? Number.POSITIVE_INFINITY;
  return createManagementApi({
    taskHub: limitTaskHub(taskHub, largestPayload),
    connectionName: configuration?.storage.connectionName ?? "Storage",
    logger,
    basePath: WEBHOOK_PATH,
    bodyLimit: Number.POSITIVE_INFINITY,
  });
}

async function* bytes({ body }: ManagementRequest): AsyncGenerator<Uint8Array> {
  if (body !== undefined && body !== "") yield await Promise.resolve(Buffer.from(body));
}

function headersOf({ headers }: HostResponse): Readonly<Record<string, string>> {
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

async function bodyText({ body }: HostResponse): Promise<string> {
  if (body === undefined || typeof body === "string") return body ?? "";
  if (body instanceof Uint8Array) return Buffer.from(body).toString("utf8");
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
