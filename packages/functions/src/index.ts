export { formatTimeSpan } from "./config/time-span";
export { loadConfiguration, type HostConfiguration } from "./config/load-configuration";
export { APP_SETTINGS, HOST_SETTINGS, type Setting, type Support } from "./config/setting-table";
export type { HostRequest, HostResponse, HttpHandler } from "./http/types";
export { durableClientInput } from "./management/durable-client-input";
export { ERROR_ANSWERS } from "./management/error-response";
export { createManagementApi, RPC_PATH, WEBHOOK_PATH } from "./management/management-api";
