import { finishEntityBatch } from "../decide/entity/finish-entity-batch";
import { planEntityBatch, type EntityPlan } from "../decide/entity/plan-entity-batch";
import { traceContextOf, type RequestMessage } from "../decide/entity/request-message";
import { parseSchedulerState } from "../decide/entity/scheduler-state";
import { unknownFunction } from "../decide/unknown-function";
import type { EntityOperation } from "../model/entity-operation";
import type { EntityId } from "../model/instance-id";
import { parseEntityInstanceId } from "../model/instance-id";
import type { IdSource } from "../model/ids";
import type { Clock } from "../ports/clock";
import type { EntityBatchResult, Executor } from "../ports/executor";
import type { OrchestrationWorkItem, StorageProvider } from "../ports/storage-provider";
import type { TracedOperation, WorkTracer } from "../ports/work-tracer";
import { isRefusal } from "./is-refusal";
import { oldestMessageAt } from "./orchestration-processor";
import type { WorkProcessor } from "./work-processor";

export interface EntityProcessorOptions {
  readonly provider: StorageProvider;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Largest number of operations handed to the entity function at once. */
  readonly maxOperations: number;
  /** See EntityContext. */
  readonly defaultVersion?: string;
  /** Absent: nothing is traced. */
  readonly tracer?: WorkTracer;
}

/** Runs entity batches: requests in, new state and answers out. */
export class EntityProcessor implements WorkProcessor<OrchestrationWorkItem> {
  readonly kind = "entity";
  readonly #options: EntityProcessorOptions;

  constructor(options: EntityProcessorOptions) {
    this.#options = options;
  }

  lock(max: number): Promise<readonly OrchestrationWorkItem[]> {
    return this.#options.provider.lockOrchestrations("entity", max);
  }

  readySince(item: OrchestrationWorkItem): number | undefined {
    return oldestMessageAt(item);
  }

  describe(item: OrchestrationWorkItem): string {
    return `entity '${item.instance.instanceId}'`;
  }

  async process(item: OrchestrationWorkItem, signal: AbortSignal, onExecuted: () => void): Promise<void> {
    const { provider, clock, ids, maxOperations, defaultVersion, tracer } = this.#options;
    const startedAt = clock.now();
    const plan = planEntityBatch(parseSchedulerState(item.instance.input), item.messages, maxOperations);
    const entity = parseEntityInstanceId(item.instance.instanceId);
    const result = entity
      ? await this.#execute(entity, plan, signal)
      : failAll(plan, `'${item.instance.instanceId}' is no entity id.`);
    onExecuted();
    requireProgress(plan, result);
    const operations = tracer ? plan.operations.slice(0, result.results.length).map(traced) : [];
    const parent = operations[0] && tracer?.operationContext(operations[0]);
    const context = {
      instance: item.instance,
      consumedMessages: item.messages.map((message) => message.sequenceNumber),
      now: clock.now(),
      newId: () => ids.newId(),
      newGuid: () => ids.newGuid(),
      defaultVersion,
      traceOf: (requestId: string) => parent && tracer?.signalContext(parent, requestId),
    };
    const commit = finishEntityBatch(plan, result, context);
    try {
      await provider.commitOrchestration(item, commit);
    } catch (error) {
      // A signal to an id that the store cannot hold: it could not either if it were tried again.
      if (!isRefusal(error)) throw error;
      await provider.commitOrchestration(item, finishEntityBatch(plan, failAll(plan, error.message), context));
      return;
    }
    const { results } = result;
    const { messages } = commit;
    if (entity) tracer?.entityBatchSaved({ entity, operations, results, messages, startedAt, endedAt: context.now });
  }

  async #execute(entity: EntityId, plan: EntityPlan, signal: AbortSignal): Promise<EntityBatchResult> {
    const { executor } = this.#options;
    if (plan.operations.length === 0) return unchanged(plan);
    if (!executor.knows("entity", entity.name)) {
      return failAll(plan, unknownFunction("entity", entity.name, executor));
    }
    const operations = plan.operations.map((request) => ({
      name: request.op ?? "",
      input: request.input ?? null,
      isSignal: request.signal ?? false,
      id: request.id,
      ...callerOf(request),
    }));
    const { tracer } = this.#options;
    const traceContexts = tracer && plan.operations.map((request) => tracer.operationContext(traced(request)));
    const batch = { entity, exists: plan.exists, state: plan.state ?? null, operations };
    return executor.executeEntity(traceContexts ? { ...batch, traceContexts } : batch, signal);
  }
}

/** An answer without any result would bring the same batch back at once, and so for ever: it is a failure, tried again later. */
function requireProgress({ operations }: EntityPlan, { results }: EntityBatchResult): void {
  if (operations.length === 0 || results.length > 0) return;
  throw new Error(`The function has answered none of its operations (${operations.length}).`);
}

function callerOf({ signal, parent, parentExecution }: RequestMessage): Pick<EntityOperation, "caller"> {
  if (signal || parent === undefined) return {};
  const execution = parentExecution === undefined ? {} : { executionId: parentExecution };
  return { caller: { instanceId: parent, ...execution } };
}

function traced(request: RequestMessage): TracedOperation {
  const { id, op = "", signal = false } = request;
  return { id, name: op, isSignal: signal, parent: traceContextOf(request) };
}

function unchanged(plan: EntityPlan): EntityBatchResult {
  return { results: [], signals: [], exists: plan.exists, state: plan.state ?? null };
}

/** Answers every operation with an error, so that no caller waits for a function that cannot run (contract §2.6). */
function failAll(plan: EntityPlan, message: string): EntityBatchResult {
  const result = { isError: true, result: JSON.stringify(message) };
  return { ...unchanged(plan), results: plan.operations.map(() => result) };
}
