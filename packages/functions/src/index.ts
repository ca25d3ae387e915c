export type { OpenSqlDatabase } from "./bindings/sql/sql-database";
export { formatTimeSpan } from "./config/time-span";
export { connectionValue } from "./config/app-settings";
export { loadConfiguration, type HostConfiguration } from "./config/load-configuration";
export { readEnvironmentValues } from "./config/read-environment-values";
export { whyNotRunnable } from "./admin/run-with-text";
export type { Setting, Support } from "./config/setting";
export { APP_SETTINGS, HOST_SETTINGS } from "./config/setting-table";
export { DURABLE_SYSTEM_KEY } from "./keys/host-keys";
export { KeyRing, type KeyList } from "./keys/key-ring";
export { createSecretStore } from "./keys/create-secret-store";
export { readBody } from "./management/read-body";
export type { HostRequest, HostResponse, HttpHandler } from "./http/types";
export type { HttpAnswerer } from "./in-process/answer-http";
export { AppRegistrations, type ActivityReplacement } from "./in-process/app-registrations";
export {
  createInProcessExecutor,
  type InProcessExecutor,
  type InProcessExecutorOptions,
} from "./in-process/in-process-executor";
export {
  createInProcessTriggers,
  type InProcessTriggers,
  type InProcessTriggersOptions,
} from "./in-process/in-process-triggers";
export { durableClientInput, grpcClientInput } from "./management/durable-client-input";
export { ERROR_ANSWERS } from "./management/error-response";
export { waitText } from "./management/explanation-text";
export { createManagementApi, RPC_PATH, WEBHOOK_PATH } from "./management/management-api";
export type { FunctionAppHost, FunctionAppHostJson, FunctionAppHostOptions } from "./function-app-host";
export { createFunctionAppHost } from "./pooled-app-host";
export type { HttpRoute } from "./http/route-table";
export type { DurablePayloadCodec, GrpcSupport } from "./pool/durable-payload-codec";
export { FunctionIndex, type FunctionDescription } from "./pool/function-index";
export type {
  InvocationFinished,
  InvocationListener,
  InvocationStarted,
  InvocationTracer,
} from "./pool/invocation-events";
export type { TriggerInvocation } from "./triggers/trigger-type";
export type { GenericResult, LogEntry, LogLevel, RejectedFunction, WireData } from "./wire/messages";
export { findEntryFiles, readAppPackage } from "./worker/find-entry-files";
export type { SessionMode } from "./worker/orchestrator/sessions";
