import { status } from "@grpc/grpc-js";
import { hasCode } from "@durable-host/engine";
import { pb } from "../proto/messages";
import { textOf } from "../proto/scalars";
import type { Profile, UnaryService } from "./call";
import { CallFailure } from "./call-status";
import { requireInstanceId } from "./instance-ids";

export const raiseEvent: UnaryService<pb.RaiseEventRequest, pb.RaiseEventResponse> = async (request, call) => {
  const { taskHub } = call.hub;
  const raise = taskHub.raiseEvent(request.getInstanceid(), request.getName(), textOf(request.getInput()));
  await unlessEnded(call.profile, raise);
  return new pb.RaiseEventResponse();
};

export const terminateInstance: UnaryService<pb.TerminateRequest, pb.TerminateResponse> = async (request, call) => {
  const recursive = request.getRecursive();
  const terminate = call.hub.taskHub.terminate(request.getInstanceid(), textOf(request.getOutput()), { recursive });
  await unlessEnded(call.profile, terminate);
  return new pb.TerminateResponse();
};

export const suspendInstance: UnaryService<pb.SuspendRequest, pb.SuspendResponse> = async (request, call) => {
  const suspend = call.hub.taskHub.suspend(request.getInstanceid(), textOf(request.getReason()));
  await unlessUnfit(call.profile, suspend);
  return new pb.SuspendResponse();
};

export const resumeInstance: UnaryService<pb.ResumeRequest, pb.ResumeResponse> = async (request, call) => {
  const resume = call.hub.taskHub.resume(request.getInstanceid(), textOf(request.getReason()));
  await unlessUnfit(call.profile, resume);
  return new pb.ResumeResponse();
};

/** Only a failed instance; the SDKs look for "not allowed" in the text for any other (contract §8.4). */
export const rewindInstance: UnaryService<pb.RewindInstanceRequest, pb.RewindInstanceResponse> = async (
  request,
  { hub },
) => {
  try {
    await hub.taskHub.rewind(request.getInstanceid(), textOf(request.getReason()));
  } catch (error) {
    if (!hasCode(error, "INSTANCE_NOT_FAILED")) throw error;
    throw new CallFailure(status.FAILED_PRECONDITION, `A rewind is not allowed: ${error.message}`);
  }
  return new pb.RewindInstanceResponse();
};

export const restartInstance: UnaryService<pb.RestartInstanceRequest, pb.RestartInstanceResponse> = async (
  request,
  { hub },
) => {
  requireInstanceId(request.getInstanceid());
  try {
    const instanceId = await hub.taskHub.restart(request.getInstanceid(), request.getRestartwithnewinstanceid());
    return new pb.RestartInstanceResponse().setInstanceid(instanceId);
  } catch (error) {
    // What exists is the instance itself, which has not ended: clients look for this status (contract §8.3).
    if (hasCode(error, "INSTANCE_EXISTS")) throw new CallFailure(status.FAILED_PRECONDITION, error.message);
    throw error;
  }
};

/** Too late is no error for clients of the scheduler; those of durable-functions are told (contract §16.4). */
async function unlessEnded(profile: Profile, operation: Promise<void>): Promise<void> {
  try {
    await operation;
  } catch (error) {
    if (profile === "functions" || !hasCode(error, "INSTANCE_ENDED")) throw error;
  }
}

/** The same for what an instance can only do in certain statuses. */
async function unlessUnfit(profile: Profile, operation: Promise<void>): Promise<void> {
  try {
    await operation;
  } catch (error) {
    if (!hasCode(error, "INSTANCE_ENDED") && !hasCode(error, "INSTANCE_STATE")) throw error;
    if (profile === "functions") throw new CallFailure(status.UNKNOWN, error.message);
  }
}
