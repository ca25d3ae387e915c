import { status } from "@grpc/grpc-js";
import { pb } from "../proto/messages";
import type { UnaryService } from "./call";
import { CallFailure } from "./call-status";

export const completeOrchestration: UnaryService<pb.OrchestratorResponse, pb.CompleteTaskResponse> = async (
  response,
  { hub },
) => taken(hub.workers.completeOrchestration(response), new pb.CompleteTaskResponse());

export const completeActivity: UnaryService<pb.ActivityResponse, pb.CompleteTaskResponse> = async (response, { hub }) =>
  taken(hub.workers.completeActivity(response), new pb.CompleteTaskResponse());

export const completeEntity: UnaryService<pb.EntityBatchResult, pb.CompleteTaskResponse> = async (result, { hub }) =>
  taken(hub.workers.completeEntity(result), new pb.CompleteTaskResponse());

export const abandonOrchestration: UnaryService<
  pb.AbandonOrchestrationTaskRequest,
  pb.AbandonOrchestrationTaskResponse
> = async (request, { hub }) =>
  taken(hub.workers.abandon(request.getCompletiontoken()), new pb.AbandonOrchestrationTaskResponse());

export const abandonActivity: UnaryService<pb.AbandonActivityTaskRequest, pb.AbandonActivityTaskResponse> = async (
  request,
  { hub },
) => taken(hub.workers.abandon(request.getCompletiontoken()), new pb.AbandonActivityTaskResponse());

export const abandonEntity: UnaryService<pb.AbandonEntityTaskRequest, pb.AbandonEntityTaskResponse> = async (
  request,
  { hub },
) => taken(hub.workers.abandon(request.getCompletiontoken()), new pb.AbandonEntityTaskResponse());

/** Too late is nothing that trying again would help (contract §1.5). */
function taken<Response>(isTaken: boolean, response: Response): Response {
  if (isTaken) return response;
  throw new CallFailure(
    status.NOT_FOUND,
    "No work item waits for this: it has been answered, was delivered again, or its instance has ended.",
  );
}
