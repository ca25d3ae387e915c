import {
  OPERATION_EVENT,
  RELEASE_EVENT,
  isLockRequest,
  parseRelease,
  parseRequest,
  type EventRaised,
  type EventSent,
  type FailureDetails,
  type LockRequest,
  type RequestMessage,
} from "@durable-host/engine";
import { pb } from "../proto/messages";
import { wrapText } from "../proto/scalars";
import { wrapTime } from "../proto/timestamps";
import { entityIdText } from "./entity-ids";
import { failureInWords, failureToProto } from "./failure-details";

/** What an orchestration waits for under the id of a request: the answer to a call, or a lock. */
export type OpenRequest = "call" | "lock";

/** What is sent to an entity, as an event of its own kind; of one that is answered, under which id (contract §6.5). */
export interface SentToEntity {
  readonly fill: (event: pb.HistoryEvent) => void;
  readonly opens?: { readonly id: string; readonly kind: OpenRequest };
}

/**
 * History has requests to entities as events to an instance, with JSON in the fields of `RequestMessage`. Undefined: it is
 * another event, which may go to an entity's id as well as to any other.
 */
export function sentToEntity({ instanceId, name, input }: EventSent): SentToEntity | undefined {
  if (!instanceId.startsWith("@")) return undefined;
  if (name === RELEASE_EVENT) {
    const release = parseRelease(input);
    return release && { fill: (event) => event.setEntityunlocksent(unlockSent(release.id, instanceId)) };
  }
  if (name !== OPERATION_EVENT && !name.startsWith(`${OPERATION_EVENT}@`)) return undefined;
  const request = parseRequest(input);
  if (!request) return undefined;
  const { id } = request;
  if (isLockRequest(request)) {
    return { fill: (event) => event.setEntitylockrequested(lockRequested(request)), opens: { id, kind: "lock" } };
  }
  if (request.signal) return { fill: (event) => event.setEntityoperationsignaled(signaled(request, instanceId)) };
  return { fill: (event) => event.setEntityoperationcalled(called(request, instanceId)), opens: { id, kind: "call" } };
}

function signaled(request: RequestMessage, target: string): pb.EntityOperationSignaledEvent {
  return new pb.EntityOperationSignaledEvent()
    .setRequestid(request.id)
    .setOperation(request.op ?? "")
    .setScheduledtime(wrapTime(dueOf(request)))
    .setInput(wrapText(request.input))
    .setTargetinstanceid(wrapText(target));
}

function called(request: RequestMessage, target: string): pb.EntityOperationCalledEvent {
  return new pb.EntityOperationCalledEvent()
    .setRequestid(request.id)
    .setOperation(request.op ?? "")
    .setScheduledtime(wrapTime(dueOf(request)))
    .setInput(wrapText(request.input))
    .setTargetinstanceid(wrapText(target));
}

function lockRequested(request: LockRequest): pb.EntityLockRequestedEvent {
  return new pb.EntityLockRequestedEvent()
    .setCriticalsectionid(request.id)
    .setLocksetList(request.lockset.map(entityIdText))
    .setPosition(request.pos ?? 0);
}

function unlockSent(criticalSectionId: string, target: string): pb.EntityUnlockSentEvent {
  return new pb.EntityUnlockSentEvent().setCriticalsectionid(criticalSectionId).setTargetinstanceid(wrapText(target));
}

function dueOf({ due }: RequestMessage): number | undefined {
  const time = due === undefined ? Number.NaN : Date.parse(due);
  return Number.isNaN(time) ? undefined : time;
}

/** Fills in what an entity has answered; the event is named by the id of the request. */
export function fillAnswer(event: pb.HistoryEvent, { name: id, input }: EventRaised, kind: OpenRequest): void {
  if (kind === "lock") {
    event.setEntitylockgranted(new pb.EntityLockGrantedEvent().setCriticalsectionid(id));
    return;
  }
  const answer = parseAnswer(input);
  if (!answer.exceptionType && !answer.failureDetails) {
    event.setEntityoperationcompleted(
      new pb.EntityOperationCompletedEvent().setRequestid(id).setOutput(wrapText(answer.result)),
    );
    return;
  }
  event.setEntityoperationfailed(
    new pb.EntityOperationFailedEvent().setRequestid(id).setFailuredetails(failureOf(answer)),
  );
}

/** The fields of an entity's answer (durable contract §3.3), which other runtimes on the same store may have written. */
interface EntityAnswer {
  readonly result?: string | null;
  readonly exceptionType?: string | null;
  readonly failureDetails?: object | null;
}

function parseAnswer(text: string | null): EntityAnswer {
  if (text === null) return {};
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null ? answer : {};
  } catch {
    // Somebody has raised an event under the id of a request.
    return { result: text };
  }
}

function failureOf({ result, exceptionType, failureDetails }: EntityAnswer): pb.TaskFailureDetails {
  if (failureDetails) return failureToProto(readFailure(failureDetails));
  // Where there is no result, the text is what has gone wrong, whatever the name of the field.
  if (result === undefined || result === null) return failureInWords(exceptionType ?? "");
  const failure = failureInWords(thrownText(result));
  return exceptionType ? failure.setErrortype(exceptionType) : failure;
}

/** .NET writes the names of fields with capitals, we do not. */
function readFailure(details: object): FailureDetails {
  const fields = new Map(Object.entries(details).map(([name, value]) => [name.toLowerCase(), value as unknown]));
  const text = (name: string): string | undefined => {
    const value = fields.get(name);
    return typeof value === "string" ? value : undefined;
  };
  const inner = fields.get("innerfailure");
  const properties = fields.get("properties");
  return {
    errorType: text("errortype") ?? "",
    errorMessage: text("errormessage") ?? "",
    stackTrace: text("stacktrace") ?? null,
    innerFailure: isObject(inner) ? readFailure(inner) : null,
    isNonRetriable: fields.get("isnonretriable") === true,
    properties: isObject(properties) ? { ...properties } : null,
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** What a functions app's entity has thrown arrives as JSON: a text, or an error with a message. */
function thrownText(json: string): string {
  try {
    const thrown: unknown = JSON.parse(json);
    if (typeof thrown === "string") return thrown;
    const message = typeof thrown === "object" && thrown !== null && "message" in thrown ? thrown.message : undefined;
    return typeof message === "string" ? message : json;
  } catch {
    return json;
  }
}
