import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Logger, StorageProvider, TaskHub } from "@durable-host/engine";
import {
  createManagementApi,
  DURABLE_SYSTEM_KEY,
  RPC_PATH,
  WEBHOOK_PATH,
  type HostConfiguration,
  type KeyRing,
} from "@durable-host/functions";
import { corsOptions, withCors } from "../server/cors";
import { createHostEndpoints } from "../server/host-endpoints";
import { createHostHandler } from "../server/host-handler";
import { listenHttp, type HttpListener } from "../server/http-listener";
import { HOST_VERSION } from "../version";
import type { AppSlot } from "./app-slot";
import { webhookBaseUrl } from "./create-app";
import { functionViews } from "./function-views";
import type { HostLifecycle } from "./host-lifecycle";
import { listenAddress } from "./listen-address";
import type { StartOptions } from "./start-options";

export interface ListenerParts {
  readonly options: StartOptions;
  readonly configuration: HostConfiguration;
  readonly logger: Logger;
  readonly lifecycle: HostLifecycle;
  readonly slot: AppSlot;
  readonly provider: StorageProvider;
  readonly taskHub: TaskHub;
  /** Absent: nobody is asked for a key. */
  readonly keys?: KeyRing;
}

/** Host ids are at most this long (functions-host contract §6.1). */
const LONGEST_HOST_ID = 32;

/** Opens the app's own port: host endpoints, management API, HTTP functions. */
export function listenForClients(parts: ListenerParts): Promise<HttpListener> {
  const { options, configuration, logger, lifecycle, slot, provider, keys } = parts;
  const { local, values } = configuration;
  const { address, port } = listenAddress(options, configuration);
  const routePrefix = values.host("extensions.http.routePrefix");
  const startedAt = performance.now();
  const handler = createHostHandler({
    endpoints: createHostEndpoints({
      state: () => lifecycle.state,
      isStoreReachable: () => provider.isReachable?.() ?? true,
      identity: identity(configuration),
      uptime: () => performance.now() - startedAt,
      admits: keys && ((request) => keys.admits(request, { type: "admin" })),
      functions: () =>
        functionViews(slot.functions, configuration.appRoot, { origin: `http://localhost:${port}`, routePrefix }),
    }),
    management: managementApi(parts, WEBHOOK_PATH),
    functions: slot.http,
    customHeaders: Object.entries(values.host("extensions.http.customHeaders")),
    ready: lifecycle.ready,
    homepage: !values.app("AzureWebJobsDisableHomepage"),
  });
  const cors = corsOptions(options.cors ?? local.cors, local.corsCredentials);
  return listenHttp({
    handler: withCors(handler, cors),
    address,
    port,
    bodyLimit: bodyLimit(configuration),
    logger: logger.child("Host.Http"),
  });
}

/** Opens the port on which the app's own durable client calls the management API; only this machine reaches it. */
export function listenForSdk(parts: ListenerParts, clientPort: number): Promise<HttpListener> {
  const handler = managementApi(parts, RPC_PATH, webhookBaseUrl(parts.configuration, clientPort));
  const logger = parts.logger.child("Host.Http");
  return listenHttp({ handler, address: "127.0.0.1", port: 0, bodyLimit: Number.POSITIVE_INFINITY, logger });
}

function bodyLimit({ values }: HostConfiguration): number {
  return values.app("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT");
}

function managementApi(parts: ListenerParts, basePath: string, linkBaseUrl?: string) {
  const { configuration, taskHub, logger, keys } = parts;
  const scope = { type: "webhook", systemKey: DURABLE_SYSTEM_KEY } as const;
  return createManagementApi({
    taskHub,
    basePath,
    linkBaseUrl,
    connectionName: configuration.storage.connectionName,
    useForwardedHost: configuration.values.host("extensions.durableTask.httpSettings.useForwardedHost"),
    logger: logger.child("Host.Triggers.DurableTask"),
    systemKey: keys?.systemKey(DURABLE_SYSTEM_KEY),
    // Only this machine reaches the RPC endpoints, and the SDK sends no key to them (durable contract §5.1).
    admits: keys && basePath !== RPC_PATH ? (request) => keys.admits(request, scope) : undefined,
    bodyLimit: basePath === RPC_PATH ? Number.POSITIVE_INFINITY : bodyLimit(configuration),
  });
}

function identity({ values }: HostConfiguration) {
  const name = (values.app("WEBSITE_SITE_NAME") ?? hostname()).toLowerCase().slice(0, LONGEST_HOST_ID);
  return { id: name, version: HOST_VERSION, instanceId: randomUUID(), computerName: hostname() };
}
