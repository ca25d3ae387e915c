import { status } from "@grpc/grpc-js";
import { HistoryToProto } from "../convert/history";
import { chunksOf } from "../convert/history-chunks";
import type { pb } from "../proto/messages";
import { nonEmpty } from "../proto/scalars";
import type { Call } from "./call";
import { CallFailure } from "./call-status";

/**
 * The history of an instance in chunks: the whole of its newest execution for clients (contract §8.8), and for a worker the
 * past events of the work item that is with it (contract §4.6). Rejects with NOT_FOUND when there is none of it.
 */
export async function streamHistory(
  request: pb.StreamInstanceHistoryRequest,
  { hub }: Call,
): Promise<readonly pb.HistoryChunk[]> {
  const instanceId = request.getInstanceid();
  const executionId = nonEmpty(request.getExecutionid());
  if (request.getForworkitemprocessing()) {
    const chunks = hub.workers.streamedHistory(instanceId, executionId ?? "");
    if (chunks) return chunks;
    throw new CallFailure(status.NOT_FOUND, `No work item of the instance '${instanceId}' is with a worker.`);
  }
  const instance = await hub.taskHub.getInstance(instanceId);
  if (!instance || (executionId !== undefined && instance.executionId !== executionId)) {
    throw new CallFailure(status.NOT_FOUND, `There is no instance '${instanceId}' with such an execution.`);
  }
  const events = await hub.taskHub.readHistory(instanceId);
  return chunksOf(new HistoryToProto("client").convert(events));
}
