import type { BegunEpisode } from "../decide/begin-episode";
import { describeNonDeterminism, findNonDeterminism } from "../decide/check-determinism";
import { executedOrder } from "../decide/executed-order";
import type { EpisodeLimits } from "../decide/finish-episode";
import { isVersionAccepted, versionMismatch } from "../decide/match-version";
import { unknownFunction } from "../decide/unknown-function";
import { isForUserCode } from "../decide/runtime-state";
import type { ExecutionStarted, HistoryEvent } from "../model/history-event";
import type { InstanceState } from "../model/instance";
import type { Message } from "../model/message";
import type { TraceContext } from "../model/trace-context";
import type { Episode, EpisodeResult, Executor, Inspection } from "../ports/executor";
import type { Logger } from "../ports/logger";
import type { OrchestrationWorkItem, StorageProvider } from "../ports/storage-provider";
import { NotForThisWorker } from "./not-for-this-worker";

export interface EpisodeExecutionOptions {
  readonly provider: StorageProvider;
  readonly executor: Executor;
  readonly logger: Logger;
  readonly limits: EpisodeLimits;
}

/** An episode that is ready for user code. */
export interface ReadyEpisode {
  readonly item: OrchestrationWorkItem;
  readonly begun: BegunEpisode;
  readonly started: ExecutionStarted;
  readonly episode: number;
  readonly resumeAfter?: number;
  readonly traceContext?: TraceContext;
}

/** What an episode came to: an answer of the code, or a reason to suspend the instance. */
export type ExecutedEpisode =
  { readonly type: "result"; readonly result: EpisodeResult } | { readonly type: "held"; readonly reason: string };

/** An episode whose outcome the store cannot hold: the instance fails, and says why. */
export function refusedEpisode(name: string, reason: string): ExecutedEpisode {
  const output = `Orchestrator function '${name}' failed: ${reason}`;
  const completion = { type: "Failed", output, immediate: true } as const;
  return { type: "result", result: { actions: [], replayed: false, canceledTimers: [], completion } };
}

/** How long a work item of a version this worker does not execute is left to others before it is looked at again. */
const REJECTED_FOR_MS = 5_000;

/** More instances than these are not remembered as already reported. */
const MOST_REPORTED = 10_000;

/** Has user code execute episodes, and sees to it that the code is one that may. */
export class EpisodeExecution {
  readonly #options: EpisodeExecutionOptions;
  /** Instances whose rejected version was logged; they come back every few seconds. */
  readonly #reported = new Set<string>();

  constructor(options: EpisodeExecutionOptions) {
    this.#options = options;
  }

  /**
   * Refuses, before its history is read, an instance that is to wait for a worker of another version: it comes back every few
   * seconds, and its history may be long. What needs no code to be handled, as a termination, is handled by every worker.
   * @throws NotForThisWorker
   */
  refuseUnread({ instance, historyLength, messages }: OrchestrationWorkItem): void {
    if (this.#options.limits.versions?.onMismatch !== "Reject" || historyLength === 0) return;
    const needsCode = ({ event }: Message): boolean => isForUserCode(event) && event.type !== "ExecutionStarted";
    if (instance.runtimeStatus === "Running" && messages.every(needsCode)) this.#checkVersion(instance);
  }

  /** Rejects with `NotForThisWorker` when the instance is to wait for a worker of another version. */
  async run(ready: ReadyEpisode, signal: AbortSignal): Promise<ExecutedEpisode> {
    const { executor } = this.#options;
    const { item, begun, started } = ready;
    const mismatch = this.#checkVersion({ ...started, instanceId: started.instance.instanceId });
    if (mismatch) return { type: "result", result: mismatch };
    if (!executor.knows("orchestration", started.name)) {
      return { type: "result", result: failUnknown(started.name, executor) };
    }
    let history: readonly HistoryEvent[] = [];
    const request: Episode = {
      ...started.instance,
      name: started.name,
      version: started.version,
      input: started.input,
      episode: ready.episode,
      newEvents: begun.visible,
      ...(started.parent ? { parent: started.parent } : {}),
      ...(ready.resumeAfter === undefined ? {} : { resumeAfter: ready.resumeAfter }),
      ...(ready.traceContext ? { traceContext: ready.traceContext } : {}),
      ...(begun.state.span ? { span: begun.state.span } : {}),
      loadPastEvents: async () => {
        if (item.historyLength === 0) return [];
        history = begun.replaced ?? (await this.#options.provider.readHistory(item.instance.instanceId));
        return executedOrder(history);
      },
    };
    const result = await executor.executeOrchestration(request, signal);
    const difference = result.replayed ? findNonDeterminism(history, result.actions) : undefined;
    if (difference === undefined) return { type: "result", result };
    executor.forget(item.instance.instanceId);
    const inspection = await this.#inspect(request, signal);
    return this.#nonDeterministic(started, describeNonDeterminism(difference, result.completion, inspection), result);
  }

  /** The failure that a version's mismatch is, if it is to be one (contract §6.8). */
  #checkVersion({
    version,
    name,
    instanceId,
  }: Pick<InstanceState, "version" | "name" | "instanceId">): EpisodeResult | undefined {
    const { versions, defaultVersion } = this.#options.limits;
    if (!versions || isVersionAccepted(versions.match, defaultVersion, version)) return undefined;
    const reason = versionMismatch(versions.match, defaultVersion, version);
    if (versions.onMismatch === "Reject") {
      this.#reportRejected(name, instanceId, reason);
      throw new NotForThisWorker(reason, REJECTED_FOR_MS);
    }
    const output = `Orchestrator function '${name}' failed: ${reason}`;
    const failureDetails = {
      errorType: "VersionMismatch",
      errorMessage: output,
      stackTrace: null,
      innerFailure: null,
      isNonRetriable: true,
      properties: null,
    };
    const completion = { type: "Failed", output, failureDetails, immediate: true } as const;
    return { actions: [], replayed: false, canceledTimers: [], completion };
  }

  #reportRejected(name: string, instanceId: string, reason: string): void {
    if (this.#reported.has(instanceId)) return;
    if (this.#reported.size >= MOST_REPORTED) this.#reported.clear();
    this.#reported.add(instanceId);
    this.#options.logger.warn(
      `Orchestration '${name}' with instance id '${instanceId}' is left waiting for another host. ${reason}`,
      { instanceId },
    );
  }

  #nonDeterministic(
    { name, instance: { instanceId } }: ExecutionStarted,
    difference: string,
    result: EpisodeResult,
  ): ExecutedEpisode {
    if (this.#options.limits.onNonDeterminism !== "Hold") {
      const output = `Orchestrator function '${name}' failed: ${difference}`;
      const completion = { type: "Failed", output, immediate: true } as const;
      return { type: "result", result: { ...result, actions: [], completion } };
    }
    const reason = `Orchestrator function '${name}' is held: ${difference} Deploy code that agrees with the history, then resume the instance.`;
    this.#options.logger.error(`Instance '${instanceId}' has been suspended. ${reason}`, { instanceId });
    return { type: "held", reason };
  }

  /** The positions are worth a try, not a failure: without them the message still says what differs. */
  async #inspect(request: Episode, signal: AbortSignal): Promise<Inspection | undefined> {
    const { executor, logger } = this.#options;
    try {
      return await executor.inspectOrchestration?.(request, signal);
    } catch (error) {
      signal.throwIfAborted();
      logger.debug(`The code of instance '${request.instanceId}' could not be inspected: ${String(error)}`);
      return undefined;
    }
  }
}

/** The instance fails at once: no further episode could do better. */
function failUnknown(name: string, executor: Executor): EpisodeResult {
  const output = `Orchestrator function '${name}' failed: ${unknownFunction("orchestration", name, executor)}`;
  return { actions: [], replayed: false, canceledTimers: [], completion: { type: "Failed", output, immediate: true } };
}
