import type { RecordStore } from "@durable-host/engine";
import type { BindingServices } from "../bindings/binding-type";
import type { FunctionDescription } from "../pool/function-index";
import type { GenericResult, WireData } from "../wire/messages";

/** A trigger's own value and what comes with it, as typed data (contract §2.4); `bytes` as base64. */
export interface TriggerInvocation {
  readonly triggerData: WireData;
  readonly triggerMetadata?: Readonly<Record<string, WireData>>;
  /** Why it runs, for the log. */
  readonly reason?: string;
  /** More about why, for the log: `Trigger Details: …`. */
  readonly details?: string;
  readonly invocationId?: string;
  readonly traceContext?: { readonly traceParent?: string; readonly traceState?: string };
  readonly retryContext?: { readonly retryCount: number; readonly maxRetryCount: number };
}

/** What a listener is made with. */
export interface TriggerContext extends BindingServices {
  readonly fn: FunctionDescription;
  /** What the hosts on one store share, once the store is open; undefined: this host is on its own. */
  records(): RecordStore | undefined;
  /**
   * Runs the function: inputs are read, the app runs, outputs are delivered, as often as its retry policy says.
   * Rejects with what it failed with in the end. Aborting the signal ends the waiting between attempts.
   */
  run(invocation: TriggerInvocation, signal?: AbortSignal): Promise<GenericResult>;
}

/** Watches for what triggers one function. */
export interface TriggerListener {
  /** Begins; rejects when it cannot, and the function is then not triggered. */
  start(): Promise<void>;
  /** Takes nothing more from now on; resolves when the runs in flight have ended. */
  stop(): Promise<void>;
}

/** A kind of trigger that has to be listened for. */
export interface TriggerType {
  /** Throws CONFIG_INVALID when the registration cannot work; the function is then not triggered. */
  listen(context: TriggerContext): TriggerListener;
}
