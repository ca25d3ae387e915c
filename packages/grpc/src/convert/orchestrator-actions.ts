import { OPERATION_EVENT, RELEASE_EVENT, type OrchestratorAction, type SendEvent } from "@durable-host/engine";
import { pb } from "../proto/messages";
import { nonEmpty, tagsOf, textOf } from "../proto/scalars";
import { laterTimeOf, timeOf } from "../proto/timestamps";
import { entityIdText, sortedLockSet } from "./entity-ids";
import { optional } from "./optional";
import { traceFromProto } from "./trace-context";

const { OrchestratoractiontypeCase: Case } = pb.OrchestratorAction;

/** The execution whose code asks. */
export interface ActingExecution {
  readonly instanceId: string;
  readonly executionId: string;
}

/** What an answer asks for, in ascending id (contract §4.4); how it ends is not among it. */
export function actionsFromProto(
  messages: readonly pb.OrchestratorAction[],
  execution: ActingExecution,
): readonly OrchestratorAction[] {
  return messages
    .flatMap((message) => actionFromProto(message, execution) ?? [])
    .toSorted((left, right) => left.id - right.id);
}

function actionFromProto(message: pb.OrchestratorAction, execution: ActingExecution): OrchestratorAction | undefined {
  const id = message.getId();
  switch (message.getOrchestratoractiontypeCase()) {
    case Case.SCHEDULETASK:
      return scheduleTask(id, message.getScheduletask()!);
    case Case.CREATESUBORCHESTRATION:
      return createChild(id, message.getCreatesuborchestration()!);
    case Case.CREATETIMER: {
      // Without a time it is due at once.
      const fireAt = timeOf(message.getCreatetimer()!.getFireat()) ?? 0;
      return { type: "CreateTimer", id, fireAt };
    }
    case Case.SENDEVENT:
      return sendEvent(id, message.getSendevent()!);
    case Case.TERMINATEORCHESTRATION: {
      const action = message.getTerminateorchestration()!;
      const instanceId = action.getInstanceid();
      const reason = textOf(action.getReason());
      return { type: "TerminateOrchestration", id, instanceId, reason, recurse: action.getRecurse() };
    }
    case Case.SENDENTITYMESSAGE:
      return sendEntityMessage(id, message.getSendentitymessage()!, execution);
    default:
      // An ending is read elsewhere; a rewind is the engine's own doing, so that no worker is asked to rewrite a history.
      return undefined;
  }
}

function scheduleTask(id: number, action: pb.ScheduleTaskAction): OrchestratorAction {
  return {
    type: "ScheduleActivity",
    id,
    name: action.getName(),
    input: textOf(action.getInput()),
    ...optional("version", nonEmpty(action.getVersion())),
    ...optional("tags", tagsOf(action.getTagsMap())),
    ...optional("traceContext", traceFromProto(action.getParenttracecontext())),
  };
}

function createChild(id: number, action: pb.CreateSubOrchestrationAction): OrchestratorAction {
  return {
    type: "CreateSubOrchestration",
    id,
    name: action.getName(),
    input: textOf(action.getInput()),
    ...optional("instanceId", action.getInstanceid() || undefined),
    ...optional("version", nonEmpty(action.getVersion())),
    ...optional("tags", tagsOf(action.getTagsMap())),
    ...optional("traceContext", traceFromProto(action.getParenttracecontext())),
  };
}

function sendEvent(id: number, action: pb.SendEventAction): SendEvent {
  const instanceId = action.getInstance()?.getInstanceid() ?? "";
  return { type: "SendEvent", id, instanceId, name: action.getName(), input: textOf(action.getData()) };
}

/** History knows requests to entities as events with JSON in them (durable contract §3.3). */
function sendEntityMessage(
  id: number,
  message: pb.SendEntityMessageAction,
  execution: ActingExecution,
): SendEvent | undefined {
  const signaled = message.getEntityoperationsignaled();
  if (signaled) return sendOperation(id, signaled, { signal: true, parent: execution.instanceId });
  const called = message.getEntityoperationcalled();
  if (called) return sendOperation(id, called, callerOf(execution));
  const lock = message.getEntitylockrequested();
  if (lock) return requestLock(id, lock, execution);
  const unlock = message.getEntityunlocksent();
  if (!unlock) return undefined;
  const release = { parent: execution.instanceId, id: unlock.getCriticalsectionid() };
  const target = textOf(unlock.getTargetinstanceid()) ?? "";
  return { type: "SendEvent", id, instanceId: target, name: RELEASE_EVENT, input: JSON.stringify(release) };
}

function sendOperation(
  id: number,
  operation: pb.EntityOperationSignaledEvent | pb.EntityOperationCalledEvent,
  sender: Readonly<Record<string, string | boolean>>,
): SendEvent {
  const dueAt = laterTimeOf(operation.getScheduledtime());
  const due = dueAt === undefined ? undefined : new Date(dueAt).toISOString();
  const request = {
    op: operation.getOperation(),
    ...sender,
    input: textOf(operation.getInput()),
    id: operation.getRequestid(),
    due,
  };
  return {
    type: "SendEvent",
    id,
    instanceId: textOf(operation.getTargetinstanceid()) ?? "",
    name: due === undefined ? OPERATION_EVENT : `${OPERATION_EVENT}@${due}`,
    input: JSON.stringify(request),
    ...optional("dueAt", dueAt),
  };
}

function requestLock(id: number, lock: pb.EntityLockRequestedEvent, execution: ActingExecution): SendEvent | undefined {
  const lockset = sortedLockSet(lock.getLocksetList());
  const [first] = lockset;
  if (!first) return undefined;
  const request = { ...callerOf(execution), id: lock.getCriticalsectionid(), lockset, pos: 0 };
  return {
    type: "SendEvent",
    id,
    instanceId: entityIdText(first),
    name: OPERATION_EVENT,
    input: JSON.stringify(request),
  };
}

/** Whoever waits for the answer. Taken from the work item: not every SDK fills it in (contract §6.5). */
function callerOf({ instanceId, executionId }: ActingExecution): { parent: string; parentExecution: string } {
  return { parent: instanceId, parentExecution: executionId };
}
