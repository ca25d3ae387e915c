/**
 * The generated messages of the protocol, under one name. They come with the JavaScript SDK's package but are no part of its
 * public interface, so its version is pinned, and this is the only file that knows where they are.
 */
export * as pb from "@microsoft/durabletask-js/dist/proto/orchestrator_service_pb";
