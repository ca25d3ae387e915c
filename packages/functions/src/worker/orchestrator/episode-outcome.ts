import type { Completion } from "@durable-host/engine";
import { toJson } from "./json";
import type { SdkAction, SdkExecutor } from "./sdk-executor";
import { fromWireFailure } from "./wire-history";

/** What precedes the orchestrator state in the message of the error that the SDK throws (contract §2.2). */
const STATE_MARKER = "\n\n$OutOfProcData$:";

/** How the orchestrator's code has ended, once it has; `thrown` is what its handler rejected with. */
export function completionOf(
  name: string,
  executor: SdkExecutor,
  continueAsNew: Extract<SdkAction, { actionType: 4 }> | undefined,
  thrown: unknown,
): Completion | undefined {
  if (thrown !== undefined) return failed(name, executor.exception === undefined ? thrown : executor.exception, thrown);
  if (!executor.isDoneExecuting()) return hasThrownUndefined(executor) ? failed(name, undefined, undefined) : undefined;
  if (executor.willContinueAsNew) return { type: "ContinuedAsNew", input: nextInput(continueAsNew?.input) };
  return { type: "Completed", output: toJson(executor.output) };
}

/** The SDK does not notice `throw undefined`: code that was resumed has then neither ended nor yielded another task. */
function hasThrownUndefined(executor: SdkExecutor): boolean {
  return executor.currentTask.isCompleted;
}

/** The completion of an orchestrator that failed. */
export function failed(name: string, cause: unknown, thrown: unknown): Completion {
  const output = `Orchestrator function '${name}' failed: ${messageOf(cause)}`;
  const failureDetails = fromWireFailure(stateIn(thrown)?.["failureDetails"]);
  return { type: "Failed", output, ...(failureDetails ? { failureDetails } : {}) };
}

/** The SDK has made JSON of a string already; taken as it is, the next execution gets the string that was meant. */
function nextInput(input: unknown): string | null {
  return typeof input === "string" ? input : toJson(input);
}

/** Code may throw anything, also nothing worth printing; an instance must not stay Running for that (contract §2.2). */
function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : textOf(cause);
  const end = text.indexOf(STATE_MARKER);
  const message = end < 0 ? text : text.slice(0, end);
  return message === "" ? "it threw an error without a message." : message;
}

function textOf(cause: unknown): string {
  if (typeof cause === "string") return cause;
  if (typeof cause === "object" && cause !== null && "message" in cause) return String(cause.message);
  try {
    return `it threw a value that is no Error: ${JSON.stringify(cause)}`;
  } catch {
    return `it threw a value that is no Error: ${String(cause)}`;
  }
}

function stateIn(thrown: unknown): Record<string, unknown> | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const begin = thrown.message.indexOf(STATE_MARKER);
  if (begin < 0) return undefined;
  try {
    return JSON.parse(thrown.message.slice(begin + STATE_MARKER.length)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
