import type { ActivityResult, ActivityTask } from "@durable-host/engine";
import { pb } from "../proto/messages";
import { fillTags, textOf, wrapText } from "../proto/scalars";
import { taskFailureFromProto } from "./failure-details";
import { instanceReference } from "./history";
import { traceToProto } from "./trace-context";

/** A task as workers get it (contract §5). */
export function activityToProto(task: ActivityTask): pb.ActivityRequest {
  const request = new pb.ActivityRequest()
    .setName(task.name)
    .setVersion(wrapText(task.version))
    .setInput(wrapText(task.input))
    .setOrchestrationinstance(instanceReference(task))
    .setTaskid(task.taskId)
    .setParenttracecontext(traceToProto(task.traceContext));
  fillTags(request.getTagsMap(), task.tags);
  return request;
}

/** The result as it is: absent, empty and "null" are three things. */
export function activityFromProto(response: pb.ActivityResponse): ActivityResult {
  const failure = response.getFailuredetails();
  if (failure) return { type: "Failed", ...taskFailureFromProto(failure) };
  return { type: "Completed", result: textOf(response.getResult()) };
}
