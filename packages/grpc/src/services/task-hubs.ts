import { status } from "@grpc/grpc-js";
import { pb } from "../proto/messages";
import type { UnaryService } from "./call";
import { CallFailure } from "./call-status";

/** The hub exists, or the call would not have come here. Nobody's data is deleted by way of the protocol (contract §2). */
export const createTaskHub: UnaryService<pb.CreateTaskHubRequest, pb.CreateTaskHubResponse> = async (request) => {
  if (request.getRecreateifexists()) throw refused("A task hub that exists is not made anew");
  return new pb.CreateTaskHubResponse();
};

export const deleteTaskHub: UnaryService<pb.DeleteTaskHubRequest, pb.DeleteTaskHubResponse> = async () => {
  throw refused("Task hubs are not deleted");
};

/** A termination needs no worker here: there is nothing to be skipped. */
export const skipGracefulTerminations: UnaryService<
  pb.SkipGracefulOrchestrationTerminationsRequest,
  pb.SkipGracefulOrchestrationTerminationsResponse
> = async () => {
  throw new CallFailure(status.UNIMPLEMENTED, "Terminations need no worker here: use TerminateInstance.");
};

function refused(what: string): CallFailure {
  return new CallFailure(
    status.UNIMPLEMENTED,
    `${what} through this protocol: use durable-host durable delete-task-hub.`,
  );
}
