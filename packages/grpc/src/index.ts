export { createFunctionPayloads, type FunctionPayloads } from "./convert/function-payloads";
export type { HubDirectory, HubRuntime } from "./hubs";
export type { AccessCheck } from "./server/access/access-control";
export { issuedTokens, type IssuedTokensOptions } from "./server/access/issued-tokens";
export { knownTokens } from "./server/access/known-tokens";
export {
  createGrpcServer,
  type GrpcServer,
  type GrpcServerOptions,
  type TlsOptions,
} from "./server/create-grpc-server";
export { createHubWorkers, type HubWorkersOptions } from "./work/create-hub-workers";
export type { HubWorkers, WorkerDescription } from "./work/hub-workers";
