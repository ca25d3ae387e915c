import type { ActivityResult, ActivityTask, Cancellation, Clock, Executor } from "@durable-host/engine";
import { unlessAborted } from "../pool/unless-aborted";
import { azureTokens, type TokenProvider } from "./azure-tokens";
import { HTTP_ACTIVITY } from "./http-messages";
import { sendRequest, type SendRequestOptions } from "./send-request";

export interface CallHttpOptions {
  readonly clock: Clock;
  /** Where the tokens of token sources come from; default: the Azure identity of this host. */
  readonly tokens?: TokenProvider;
}

/**
 * Adds the activity that `context.df.callHttp` needs to an executor of app code (contract §2.5). The host runs it itself;
 * an aborted signal ends it without an outcome, so that it is run again.
 */
export function withCallHttp(app: Executor, { clock, tokens = azureTokens() }: CallHttpOptions): Executor {
  return {
    executeActivity: (task, signal, cancellation) =>
      task.name === HTTP_ACTIVITY
        ? runHttpActivity(task, signal, cancellation, { clock, tokens })
        : app.executeActivity(task, signal, cancellation),
    executeOrchestration: (episode, signal) => app.executeOrchestration(episode, signal),
    ...(app.inspectOrchestration && { inspectOrchestration: app.inspectOrchestration.bind(app) }),
    executeEntity: (batch, signal) => app.executeEntity(batch, signal),
    forget: (instanceId) => app.forget(instanceId),
    knows: (kind, name) => (kind === "activity" && name === HTTP_ACTIVITY) || app.knows(kind, name),
    names: (kind) => app.names(kind),
  };
}

/** A request whose instance has ended is given up; one that is under way when the host stops may still be answered. */
async function runHttpActivity(
  { input }: ActivityTask,
  signal: AbortSignal,
  cancellation: Cancellation | undefined,
  options: SendRequestOptions,
): Promise<ActivityResult> {
  const call = new AbortController();
  let instanceEnded: string | undefined;
  cancellation?.onCancel(({ code, message }) => {
    if (code !== "INSTANCE_ENDED") return;
    instanceEnded = message;
    call.abort();
  });
  try {
    return await unlessAborted(signal, () => sendRequest(input, call.signal, options));
  } catch (error) {
    if (instanceEnded !== undefined) return { type: "Failed", reason: instanceEnded, details: instanceEnded };
    call.abort();
    throw error;
  }
}
