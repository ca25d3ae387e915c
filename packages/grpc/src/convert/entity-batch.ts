import {
  entityInstanceId,
  type EntityBatch,
  type EntityBatchResult,
  type EntityOperation,
  type EntityOperationResult,
  type IdSource,
} from "@durable-host/engine";
import { pb } from "../proto/messages";
import { textOf, wrapText } from "../proto/scalars";
import { wrapTime } from "../proto/timestamps";
import { signalsFromProto, startsFromProto } from "./entity-actions";
import { failureFromProto } from "./failure-details";
import { traceToProto } from "./trace-context";

/** About what an operation takes besides name and input. */
const OPERATION_BYTES = 300;

/** SDKs parse the ids of requests as GUIDs. */
const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** An entity batch as workers get it on a stream (contract §6.3); `now`: milliseconds since the epoch. */
export function entityBatchToProto(batch: EntityBatch, ids: IdSource, now: number): pb.EntityRequest {
  return new pb.EntityRequest()
    .setInstanceid(entityInstanceId(batch.entity))
    .setExecutionid(ids.newId())
    .setEntitystate(wrapText(stateOf(batch)))
    .setOperationrequestsList(batch.operations.map((operation) => operationEvent(operation, ids, now)));
}

/** As many of the operations as fit with the state into a message of this size, at least one; the others stay queued. */
export function fittingBatch(batch: EntityBatch, maxBytes: number): EntityBatch {
  let size = Buffer.byteLength(batch.state ?? "");
  const end = batch.operations.findIndex(({ name, input }, index) => {
    size += OPERATION_BYTES + Buffer.byteLength(name) + Buffer.byteLength(input ?? "");
    return index > 0 && size > maxBytes;
  });
  return end === -1 ? batch : { ...batch, operations: batch.operations.slice(0, end) };
}

/** The older form, that `durable-functions` v4 gets as the payload of its trigger (contract §16.2). */
export function entityBatchToOldProto(batch: EntityBatch, ids: IdSource): pb.EntityBatchRequest {
  const operations = batch.operations.map((operation, index) =>
    new pb.OperationRequest()
      .setOperation(operation.name)
      .setRequestid(guidOf(operation, ids))
      .setInput(wrapText(operation.input))
      .setTracecontext(traceToProto(batch.traceContexts?.[index])),
  );
  return new pb.EntityBatchRequest()
    .setInstanceid(entityInstanceId(batch.entity))
    .setEntitystate(wrapText(stateOf(batch)))
    .setOperationsList(operations);
}

/** To these SDKs an entity exists while it has a state. One that a functions app has left without one has that of JSON. */
function stateOf({ exists, state }: EntityBatch): string | null {
  return exists ? (state ?? "null") : null;
}

function operationEvent(operation: EntityOperation, ids: IdSource, now: number): pb.HistoryEvent {
  const event = new pb.HistoryEvent().setEventid(-1).setTimestamp(wrapTime(now));
  const requestId = guidOf(operation, ids);
  const { name, input, isSignal, caller } = operation;
  if (isSignal) {
    const signal = new pb.EntityOperationSignaledEvent().setRequestid(requestId).setOperation(name);
    return event.setEntityoperationsignaled(signal.setInput(wrapText(input)));
  }
  // Present in any case: not every SDK can do without them.
  const called = new pb.EntityOperationCalledEvent()
    .setRequestid(requestId)
    .setOperation(name)
    .setInput(wrapText(input))
    .setParentinstanceid(wrapText(caller?.instanceId ?? ""))
    .setParentexecutionid(wrapText(caller?.executionId ?? ""));
  return event.setEntityoperationcalled(called);
}

function guidOf({ id }: EntityOperation, ids: IdSource): string {
  return id !== undefined && GUID.test(id) ? id : ids.newGuid();
}

/**
 * Why nothing of the batch counts, and it is to be tried again: the worker itself has failed (contract §6.4), or has answered no
 * operation, and would not if it had them back at once.
 */
export function batchFailure(result: pb.EntityBatchResult): string | undefined {
  const failure = result.getFailuredetails();
  if (failure) return failure.getErrormessage();
  if (result.getRequiresstate()) return "It asks for the state, which goes with every batch.";
  return result.getResultsList().length === 0 ? "It has answered none of the operations." : undefined;
}

/** What a worker has answered. Operations beyond the results stay queued; a state that is absent is deleted. */
export function entityResultFromProto(result: pb.EntityBatchResult): EntityBatchResult {
  const state = textOf(result.getEntitystate());
  const actions = result.getActionsList();
  const starts = startsFromProto(actions);
  return {
    results: result.getResultsList().map(operationResult),
    signals: signalsFromProto(actions),
    ...(starts.length > 0 ? { starts } : {}),
    exists: state !== null,
    state,
  };
}

function operationResult(message: pb.OperationResult): EntityOperationResult {
  const failure = message.getFailure()?.getFailuredetails();
  if (failure) {
    const result = JSON.stringify(failure.getErrormessage());
    return { isError: true, result, failureDetails: failureFromProto(failure) };
  }
  return { isError: message.hasFailure(), result: textOf(message.getSuccess()?.getResult()) };
}
