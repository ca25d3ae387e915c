import type { AppHooks, HookCallback } from "./app-hooks";
import type { CoreFunctionMetadata, FunctionMetadata, FunctionRegistry } from "./function-registry";
import type { InvocationRequest } from "./invocation";
import type { FunctionCallback } from "./registered-function";
import type { WorkerLog } from "./worker-log";

/** Under this key the worker keeps the module object; the stub file re-exports it. */
export const CORE_MODULE_KEY = Symbol.for("durable-host.azure-functions-core");

/** The level of the official worker's programming interface that this one matches. */
const WORKER_VERSION = "3.12.0";

/** What the programming model is given for an invocation (contract §2.1). */
export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly request: InvocationRequest & { readonly functionId: string };
  readonly metadata: CoreFunctionMetadata;
  readonly state: string | undefined;
  log(level: string, category: string, message: string): void;
}

/** What a programming model makes of it. */
export interface InvocationModel {
  getArguments(): Promise<{ context: object; inputs: unknown[] }>;
  invokeFunction(context: object, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(
    context: object,
    result: unknown,
  ): Promise<{
    outputData?: { name: string; data: Record<string, unknown> }[];
    returnValue?: Record<string, unknown> | null;
  }>;
}

/** `@azure/functions` as the worker sees it (contract §1.4). */
export interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(capabilities: Record<string, string>): Record<string, string> | Promise<Record<string, string>>;
}

export class Disposable {
  #dispose: (() => void) | undefined;

  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }

  /** One disposable for several. */
  static from(...disposables: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const disposable of disposables) disposable.dispose();
    });
  }

  dispose(): void {
    const dispose = this.#dispose;
    this.#dispose = undefined;
    dispose?.();
  }
}

/**
 * The members of the module `@azure/functions-core`, which no registry carries: each host writes its own
 * (contract §1.4). `core-module-stub.ts` lists the same names.
 */
export function createCoreModule(parts: {
  readonly registry: Pick<FunctionRegistry, "register">;
  readonly hooks: AppHooks;
  readonly log: WorkerLog;
  readonly hostVersion: string;
}): CoreModule {
  const { registry, hooks, log } = parts;
  let model: ProgrammingModel | undefined;
  return {
    version: WORKER_VERSION,
    hostVersion: parts.hostVersion,
    registerFunction: (metadata, callback) => new Disposable(registry.register(metadata, callback)),
    registerHook: (name, callback) => new Disposable(hooks.register(name, callback)),
    // An app may hold several copies of @azure/functions: each sets its model once, the last one serves all.
    setProgrammingModel: (next) => {
      model = next;
    },
    getProgrammingModel: () => model,
    log: (level, category, message) => log.write(level, category, message),
    Disposable,
  };
}

export interface CoreModule {
  readonly version: string;
  readonly hostVersion: string;
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable;
  registerHook(name: string, callback: HookCallback): Disposable;
  setProgrammingModel(model: ProgrammingModel): void;
  getProgrammingModel(): ProgrammingModel | undefined;
  log(level: string, category: string, message: string): void;
  readonly Disposable: typeof Disposable;
}
