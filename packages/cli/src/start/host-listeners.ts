import {
  createManagementApi,
  DURABLE_SYSTEM_KEY,
  RPC_PATH,
  WEBHOOK_PATH,
  type HostConfiguration,
  type HostRequest,
} from "@durable-host/functions";
import { corsOptions, withCors, type CorsOptions } from "../server/cors";
import { createHostEndpoints } from "../server/host-endpoints";
import { createHostHandler } from "../server/host-handler";
import { listenHttp, type HttpListener } from "../server/http-listener";
import { withHsts, type HstsOptions } from "../server/hsts";
import { withMetrics } from "../server/metrics-endpoint";
import { readCertificate } from "../server/read-certificate";
import { withRequestLimit } from "../server/request-limit";
import { adminRoutes } from "./admin-routes";
import { webhookBaseUrl } from "./create-app";
import { listenAddress } from "./listen-address";
import type { ListenerParts } from "./listener-parts";
import type { StartOptions } from "./start-options";

/** Opens the app's own port: host endpoints, management API, HTTP functions. */
export function listenForClients(parts: ListenerParts): Promise<HttpListener> {
  const { options, configuration, logger, lifecycle, slot, provider, keys, control, offlinePage } = parts;
  const admits = keys && ((request: HostRequest) => keys.admits(request, { type: "admin" }));
  const { values } = configuration;
  const { address, port } = listenAddress(options, configuration);
  const functions = withRequestLimit(slot.http, {
    maxConcurrent: values.host("extensions.http.maxConcurrentRequests"),
    maxOutstanding: values.host("extensions.http.maxOutstandingRequests"),
  });
  const handler = createHostHandler({
    endpoints: createHostEndpoints({
      state: () => lifecycle.state,
      isStoreReachable: () => provider.isReachable?.() ?? true,
      isDraining: () => control.drainState !== "Disabled",
      admits,
      routes: adminRoutes(parts, { port, isOverloaded: functions.isFull }),
    }),
    management: managementApi(parts, WEBHOOK_PATH),
    functions: functions.handle,
    customHeaders: Object.entries(values.host("extensions.http.customHeaders")),
    ready: lifecycle.ready,
    homepage: !values.app("AzureWebJobsDisableHomepage"),
    offline: () => offlinePage.response,
  });
  const metrics = parts.metricsText && { text: parts.metricsText, admits };
  return listenHttp({
    handler: withCors(
      withHsts(withMetrics(handler, metrics), hstsOptions(configuration)),
      corsOf(options, configuration),
    ),
    address,
    port,
    bodyLimit: bodyLimit(configuration),
    tls: options.https && readCertificate(options.https),
    trusted: {
      forwarded: values.app("ASPNETCORE_FORWARDEDHEADERS_ENABLED"),
      principal: values.app("WEBSITE_AUTH_ENABLED"),
    },
    logger: logger.child("Host.Http"),
  });
}

/** The command line wins, then the environment, then local.settings.json. */
function corsOf({ cors, corsCredentials }: StartOptions, { values, local }: HostConfiguration): CorsOptions {
  return corsOptions(
    cors ?? values.app("CORS_ALLOWED_ORIGINS") ?? local.cors,
    corsCredentials ?? values.app("CORS_SUPPORT_CREDENTIALS") ?? local.corsCredentials,
  );
}

function hstsOptions({ values }: HostConfiguration): HstsOptions {
  return {
    isEnabled: values.host("extensions.http.hsts.isEnabled"),
    maxAgeMs: values.host("extensions.http.hsts.maxAge"),
    includeSubDomains: values.host("extensions.http.hsts.includeSubDomains"),
    preload: values.host("extensions.http.hsts.preload"),
    excludedHosts: values.host("extensions.http.hsts.excludedHosts"),
  };
}

/** Opens the port on which the app's own durable client calls the management API; only this machine reaches it. */
export function listenForSdk(parts: ListenerParts, clientPort: number): Promise<HttpListener> {
  const handler = managementApi(parts, RPC_PATH, webhookBaseUrl(parts.configuration, clientPort, parts.options));
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
    systemKey: keys && (() => keys.systemKey(DURABLE_SYSTEM_KEY)),
    // Only this machine reaches the RPC endpoints, and the SDK sends no key to them (durable contract §5.1).
    admits: keys && basePath !== RPC_PATH ? (request) => keys.admits(request, scope) : undefined,
    bodyLimit: basePath === RPC_PATH ? Number.POSITIVE_INFINITY : bodyLimit(configuration),
  });
}
