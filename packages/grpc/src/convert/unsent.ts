import { pb } from "../proto/messages";

/** Non-retriable: the same message would not be any smaller. */
export function messageTooLarge(text: string): pb.TaskFailureDetails {
  return new pb.TaskFailureDetails().setErrortype("MessageTooLarge").setErrormessage(text).setIsnonretriable(true);
}

/** What stands for the answer to an episode that no worker can be sent: the orchestration fails. */
export function unsentEpisode(failure: pb.TaskFailureDetails): pb.OrchestratorResponse {
  const ending = new pb.CompleteOrchestrationAction()
    .setOrchestrationstatus(pb.OrchestrationStatus.ORCHESTRATION_STATUS_FAILED)
    .setFailuredetails(failure);
  return new pb.OrchestratorResponse().setActionsList([new pb.OrchestratorAction().setCompleteorchestration(ending)]);
}

/** The same for an activity, which fails. */
export function unsentActivity(failure: pb.TaskFailureDetails): pb.ActivityResponse {
  return new pb.ActivityResponse().setFailuredetails(failure);
}

/** The same for an entity batch: each operation fails, and the state stays. */
export function unsentBatch(request: pb.EntityRequest, failure: pb.TaskFailureDetails): pb.EntityBatchResult {
  const results = request
    .getOperationrequestsList()
    .map(() => new pb.OperationResult().setFailure(new pb.OperationResultFailure().setFailuredetails(failure)));
  return new pb.EntityBatchResult().setResultsList(results).setEntitystate(request.getEntitystate());
}
