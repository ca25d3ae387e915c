import type { FailureDetails, TaskFailure } from "@durable-host/engine";
import { Value, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { pb } from "../proto/messages";
import { textOf, wrapText } from "../proto/scalars";

/** What is said of a failure that nobody has described any further. */
const UNKNOWN_TYPE = "Error";

/** Nothing is left out: inner failures, properties and the mark of those that must not be retried (contract §4.5). */
export function failureToProto(failure: FailureDetails): pb.TaskFailureDetails {
  const message = new pb.TaskFailureDetails()
    .setErrortype(failure.errorType)
    .setErrormessage(failure.errorMessage)
    .setStacktrace(wrapText(failure.stackTrace))
    .setInnerfailure(failure.innerFailure ? failureToProto(failure.innerFailure) : undefined)
    .setIsnonretriable(failure.isNonRetriable);
  const properties = message.getPropertiesMap();
  for (const [name, value] of Object.entries(failure.properties ?? {})) properties.set(name, toValue(value));
  return message;
}

export function failureFromProto(message: pb.TaskFailureDetails): FailureDetails {
  const inner = message.getInnerfailure();
  const properties = message.getPropertiesMap().toArray() as unknown as readonly (readonly [string, Value])[];
  return {
    errorType: message.getErrortype(),
    errorMessage: message.getErrormessage(),
    stackTrace: textOf(message.getStacktrace()),
    innerFailure: inner ? failureFromProto(inner) : null,
    isNonRetriable: message.getIsnonretriable(),
    properties:
      properties.length === 0
        ? null
        : Object.fromEntries(properties.map(([name, value]) => [name, value.toJavaScript()])),
  };
}

/** A failed task of a worker, in the words that functions apps see and as data. */
export function taskFailureFromProto(message: pb.TaskFailureDetails): TaskFailure {
  const failureDetails = failureFromProto(message);
  const { errorMessage, stackTrace } = failureDetails;
  return { reason: errorMessage, details: stackTrace ?? errorMessage, failureDetails };
}

/** The other way; of a failure that is known in words only, those. */
export function taskFailureToProto({ reason, details, failureDetails }: TaskFailure): pb.TaskFailureDetails {
  if (failureDetails) return failureToProto(failureDetails);
  return failureInWords(reason, details === reason ? undefined : details);
}

/** A failure of which there is nothing but a text. */
export function failureInWords(errorMessage: string, stackTrace?: string): pb.TaskFailureDetails {
  return new pb.TaskFailureDetails()
    .setErrortype(UNKNOWN_TYPE)
    .setErrormessage(errorMessage)
    .setStacktrace(wrapText(stackTrace));
}

/** `properties` have come in as JSON or as such a value, so they can be nothing else. */
function toValue(value: unknown): Value {
  return Value.fromJavaScript((value ?? null) as JavaScriptValue);
}
