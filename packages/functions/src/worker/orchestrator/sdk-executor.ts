import type { CallHttpRequest } from "../../call-http/http-messages";

/**
 * The parts of `durable-functions` 3.x that a resident orchestrator needs, as they are in every release from 3.0.0 to
 * 3.5.0. The SDK's own replay loop (`execute`) is what runs user code; it is only called again with the events that are
 * new, and with a function that hands back the generator it already has.
 */
export interface SdkExecutor {
  execute(context: object, history: readonly object[], schemaVersion: number, fn: () => unknown): Promise<unknown>;
  isDoneExecuting(): boolean;
  /** Actions the code has asked for since they were last taken. */
  actions: SdkAction[];
  readonly generator: unknown;
  readonly willContinueAsNew: boolean;
  readonly output: unknown;
  readonly exception: unknown;
  /** What the code waits for; before it has begun, a task that has completed. */
  readonly currentTask: SdkTask;
  readonly openTasks: Readonly<Record<string, SdkTask | undefined>>;
}

/** A task of the SDK; attempts of a retrying task have that task as parent. */
export interface SdkTask {
  readonly parent?: { attemptNumber?: number };
  readonly isCompleted: boolean;
  readonly hasResult: boolean;
  /** A text for tasks of the SDK's own, which stand for nothing. */
  readonly actionObj?: SdkAction | string;
  readonly children?: readonly SdkTask[];
}

/** Retry options as the SDK sends them; intervals in milliseconds (contract §2.3). */
export interface SdkRetryOptions {
  readonly firstRetryIntervalInMilliseconds: number;
  readonly maxNumberOfAttempts: number;
  readonly backoffCoefficient?: number;
  readonly maxRetryIntervalInMilliseconds?: number;
  readonly retryTimeoutInMilliseconds?: number;
}

interface SdkEntityAction {
  readonly instanceId: string;
  readonly operation: string;
  readonly input?: unknown;
}

interface SdkSubOrchestratorAction {
  readonly functionName: string;
  readonly instanceId?: string;
  readonly input?: unknown;
  readonly version?: string;
}

/** An action object of the SDK, by `actionType` (contract §2.3). The same task always carries the same object. */
export type SdkAction =
  | { readonly actionType: 0; readonly functionName: string; readonly input?: unknown }
  | {
      readonly actionType: 1;
      readonly functionName: string;
      readonly input?: unknown;
      readonly retryOptions: SdkRetryOptions;
    }
  | ({ readonly actionType: 2 } & SdkSubOrchestratorAction)
  | ({ readonly actionType: 3; readonly retryOptions: SdkRetryOptions } & SdkSubOrchestratorAction)
  | { readonly actionType: 4; readonly input?: unknown }
  | { readonly actionType: 5; readonly fireAt: Date; readonly isCanceled: boolean }
  | { readonly actionType: 6; readonly externalEventName: string }
  | ({ readonly actionType: 7 } & SdkEntityAction)
  | { readonly actionType: 8; readonly httpRequest: CallHttpRequest }
  | ({ readonly actionType: 9 } & SdkEntityAction)
  | ({ readonly actionType: 10; readonly fireAt: Date } & SdkEntityAction)
  | { readonly actionType: 11 | 12; readonly compoundActions: readonly SdkAction[] }
  | {
      readonly actionType: 13;
      readonly lockRequestId: string;
      readonly lockSet: readonly { readonly name: string; readonly key: string }[];
    }
  | { readonly actionType: 14 };

/** What the SDK hangs on the invocation context of an orchestrator. */
export interface SdkOrchestrationContext {
  readonly currentUtcDateTime: Date;
  readonly customStatus?: unknown;
  readonly taskOrchestratorExecutor: SdkExecutor;
}

/** The SDK's orchestration context, once its handler has run; undefined when the handler is not the SDK's. */
export function sdkContextOf(context: object): SdkOrchestrationContext | undefined {
  const { df } = context as { readonly df?: Partial<SdkOrchestrationContext> };
  const executor: Partial<SdkExecutor> | undefined = df?.taskOrchestratorExecutor;
  const usable =
    typeof executor?.execute === "function" &&
    typeof executor.isDoneExecuting === "function" &&
    Array.isArray(executor.actions);
  return usable ? (df as SdkOrchestrationContext) : undefined;
}
