/**
 * The generated definition of the service. Like the messages it comes with the JavaScript SDK's package, but loads gRPC, which
 * conversions do without.
 */
export {
  TaskHubSidecarServiceClient,
  TaskHubSidecarServiceService,
  type ITaskHubSidecarServiceServer,
} from "@microsoft/durabletask-js/dist/proto/orchestrator_service_grpc_pb";
