import { errorText, type Logger, type RecordStore } from "@durable-host/engine";
import type { BindingServices } from "../bindings/binding-type";
import type { FunctionDescription } from "../pool/function-index";
import type { GenericResult } from "../wire/messages";
import { withRetryPolicy } from "./retry-policy";
import type { TriggerInvocation, TriggerListener, TriggerType } from "./trigger-type";

export interface TriggerSetOptions {
  /** Functions that may be triggered: enabled, with bindings that work. */
  readonly functions: readonly FunctionDescription[];
  readonly types: Readonly<Record<string, TriggerType>>;
  /** Triggers that need no listener, by lower-case name. */
  readonly served: ReadonlySet<string>;
  readonly services: BindingServices;
  readonly records: () => RecordStore | undefined;
  readonly run: (functionName: string, invocation: TriggerInvocation) => Promise<GenericResult>;
}

interface NamedListener {
  readonly functionName: string;
  readonly listener: TriggerListener;
}

/** The listeners of an app. One that cannot work is reported with its function's name; the others go on. */
export class TriggerSet {
  readonly #logger: Logger;
  readonly #listeners: readonly NamedListener[];
  #stopped: Promise<void> | undefined;

  constructor(options: TriggerSetOptions) {
    this.#logger = options.services.logger;
    this.#listeners = options.functions.flatMap((fn) => this.#listenerOf(fn, options) ?? []);
  }

  get isEmpty(): boolean {
    return this.#listeners.length === 0;
  }

  /** Begins to listen. Never rejects: what cannot be listened for is reported. */
  async start(): Promise<void> {
    if (this.#stopped !== undefined) return;
    const starts = this.#listeners.map(async ({ functionName, listener }) => {
      try {
        await listener.start();
      } catch (error) {
        this.#logger.error(`The function "${functionName}" is not triggered: ${errorText(error)}`);
      }
    });
    await Promise.all(starts);
  }

  /** Takes nothing more from the moment it is called; resolves when the runs in flight have ended. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const stops = this.#listeners.map(async ({ functionName, listener }) => {
      try {
        await listener.stop();
      } catch (error) {
        this.#logger.error(`The trigger of function "${functionName}" did not stop well: ${errorText(error)}`);
      }
    });
    await Promise.all(stops);
  }

  #listenerOf(fn: FunctionDescription, options: TriggerSetOptions): NamedListener | undefined {
    const { types, served, services, records, run } = options;
    const name = fn.trigger.type.toLowerCase();
    const type = types[name];
    if (type === undefined) {
      if (!served.has(name)) this.#logger.warn(`The function "${fn.name}" is not triggered: ${notSupported(fn)}`);
      return undefined;
    }
    try {
      const runOnce = (invocation: TriggerInvocation) => run(fn.name, invocation);
      const context = { ...services, fn, records, run: withRetryPolicy(fn, runOnce, services.clock) };
      return { functionName: fn.name, listener: type.listen(context) };
    } catch (error) {
      this.#logger.error(`The function "${fn.name}" is not triggered: ${errorText(error)}`);
      return undefined;
    }
  }
}

function notSupported({ name, trigger }: FunctionDescription): string {
  return `this host does not support triggers of type "${trigger.type}". It can be run by POST /admin/functions/${name}; the other functions are not affected.`;
}
