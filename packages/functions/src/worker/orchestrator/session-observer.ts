import type { HistoryEvent, OrchestratorAction } from "@durable-host/engine";
import type { SdkAction, SdkOrchestrationContext } from "./sdk-executor";

/** Looks on while a session executes an episode; it must change nothing about it. */
export interface SessionObserver {
  /** The orchestration's context exists, and user code has not run yet. */
  onContext(df: SdkOrchestrationContext): void;
  /** The code has asked for something that is no combination of others; `asked` is empty for what takes no id, or not again. */
  onAsked(action: SdkAction, asked: readonly OrchestratorAction[]): void;
  /** An event has led to actions by itself: a retry, a poll. */
  onFollowUp(event: HistoryEvent, actions: readonly OrchestratorAction[]): void;
}
