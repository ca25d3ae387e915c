import type { ActivityResult, ActivityTask, FailureDetails, TaskFailure } from "@durable-host/engine";
import type { BindingValues } from "../wire/messages";
import { ActivitySignal } from "./activity-signal";
import type { FunctionRunner, TriggerRequest } from "./function-runner";
import { toError } from "./system-error";

/** Runs an activity. What it throws, or returns and JSON cannot hold, is a failure as data (durable contract §4). */
export async function runActivity(
  runner: FunctionRunner,
  call: { readonly invocationId: string; readonly task: ActivityTask; readonly inputs?: BindingValues },
  onOutputs: (values: BindingValues) => void,
  signal = new ActivitySignal(),
): Promise<ActivityResult> {
  const { task } = call;
  let result: unknown;
  try {
    const outcome = await runner.run(task.name, activityRequest(call), {
      prepare: (context) => signal.exposeOn(context),
    });
    if (outcome.outputs.length > 0) onOutputs(outcome.outputs);
    result = outcome.result;
  } catch (error) {
    return { type: "Failed", ...activityFailure(task.name, error, runner.requiresGrpc(task.name)) };
  }
  try {
    return { type: "Completed", result: (JSON.stringify(result) as string | undefined) ?? null };
  } catch (error) {
    const reason = new Error(`its result cannot be stored as JSON: ${toError(error).message}`);
    return { type: "Failed", ...activityFailure(task.name, reason, runner.requiresGrpc(task.name)) };
  }
}

function activityRequest({ invocationId, task, inputs }: Parameters<typeof runActivity>[1]): TriggerRequest {
  const { input, instanceId, traceContext } = task;
  const data = input === null ? {} : { string: input };
  return {
    invocationId,
    inputs,
    triggerData: data,
    triggerMetadata: { instanceId: { string: instanceId }, ...(input !== null && { data }) },
    ...(traceContext && { traceContext }),
  };
}

/**
 * What the parent orchestration is told of a failed activity. Reason and details are always strings: the SDK needs
 * both. Structured details go only to apps that registered a provider for them; `durable-functions` then puts them,
 * as JSON, in place of the message (durable contract §4.2). `always`: to functions of v4, whose orchestrators see nothing else.
 */
export function activityFailure(name: string, thrown: unknown, always = false): TaskFailure {
  const error = toError(thrown);
  const failureDetails = structuredDetails(error.message) ?? (always ? describe(error) : undefined);
  const message = failureDetails?.errorMessage ?? error.message;
  return {
    reason: `Activity function '${name}' failed: ${message}`,
    details: failureDetails?.stackTrace ?? error.stack ?? message,
    ...(failureDetails && { failureDetails }),
  };
}

function describe({ name, message, stack }: Error): FailureDetails {
  const known = { errorType: name, errorMessage: message, stackTrace: stack ?? null };
  return { ...known, innerFailure: null, isNonRetriable: false, properties: null };
}

function structuredDetails(message: string): FailureDetails | undefined {
  if (!message.startsWith('{"errorType":')) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    return undefined;
  }
  const { errorType, errorMessage, stackTrace, properties } = parsed as Record<string, unknown>;
  if (typeof errorType !== "string" || typeof errorMessage !== "string") return undefined;
  if (typeof properties !== "object") return undefined;
  return {
    errorType,
    errorMessage,
    stackTrace: typeof stackTrace === "string" ? stackTrace : null,
    innerFailure: null,
    isNonRetriable: (parsed as { isNonRetriable?: unknown }).isNonRetriable === true,
    properties: properties as FailureDetails["properties"],
  };
}
