import type { InstanceState } from "@durable-host/engine";
import { pb } from "../proto/messages";
import { fillTags, wrapText } from "../proto/scalars";
import { wrapTime } from "../proto/timestamps";
import { failureInWords, failureToProto } from "./failure-details";
import { statusToProto } from "./runtime-status";

/**
 * An instance as clients see it (contract §4.5, §8.2).
 * @param withPayloads false leaves out input, output, custom status and failure
 */
export function instanceToProto(instance: InstanceState, withPayloads: boolean): pb.OrchestrationState {
  const message = new pb.OrchestrationState()
    .setInstanceid(instance.instanceId)
    .setName(instance.name)
    .setVersion(wrapText(instance.version || undefined))
    .setOrchestrationstatus(statusToProto(instance.runtimeStatus))
    .setCreatedtimestamp(wrapTime(instance.createdAt))
    .setLastupdatedtimestamp(wrapTime(instance.lastUpdatedAt))
    .setCompletedtimestamp(wrapTime(instance.completedAt))
    .setExecutionid(wrapText(instance.executionId || undefined))
    .setParentinstanceid(wrapText(instance.parentInstanceId));
  fillTags(message.getTagsMap(), instance.tags);
  if (!withPayloads) return message;
  return message
    .setInput(wrapText(instance.input))
    .setOutput(wrapText(instance.output))
    .setCustomstatus(wrapText(instance.customStatus))
    .setFailuredetails(failureOf(instance));
}

/** An instance that has failed always says why: SDKs make their exception of it. */
function failureOf({ runtimeStatus, failureDetails, output }: InstanceState): pb.TaskFailureDetails | undefined {
  if (runtimeStatus !== "Failed") return undefined;
  return failureDetails ? failureToProto(failureDetails) : failureInWords(output ?? "The orchestration has failed.");
}
