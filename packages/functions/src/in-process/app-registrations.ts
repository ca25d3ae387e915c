import { AppHooks } from "../worker/app-hooks";
import { createCoreModule, type CoreModule } from "../worker/core-module";
import { FunctionRegistry, type FunctionMetadata } from "../worker/function-registry";
import { makeCoreResolvable } from "../worker/make-core-resolvable";
import type { FunctionCallback } from "../worker/registered-function";
import { WorkerLog } from "../worker/worker-log";
import type { LogEntry } from "../wire/messages";

interface Registration {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

/** Code that stands for an activity: it gets the activity's input and invocation context, as the activity would. */
export type ActivityReplacement = FunctionCallback;

/** The version of the official host that apps in this process are told of. */
const HOST_VERSION = "4.1052.0";

/**
 * What the files of an app register when they are imported into this process instead of being loaded by an app worker.
 *
 * A worker's registry is closed once the app is loaded. Here files may be imported at any time, so the registrations are kept
 * and each executor is made with a registry of what there is by then.
 */
export class AppRegistrations {
  readonly hooks = new AppHooks();
  /** What `@azure/functions-core` is for the app. */
  readonly core: CoreModule;
  readonly #registrations: Registration[] = [];

  /** `onLog`: told of what libraries of the app log outside invocations. */
  constructor(onLog: (entry: LogEntry) => void = () => undefined) {
    const registry = {
      register: (metadata: FunctionMetadata, callback: FunctionCallback) => this.#register({ metadata, callback }),
    };
    const log = new WorkerLog(onLog, this.hooks);
    this.core = createCoreModule({ registry, hooks: this.hooks, log, hostVersion: HOST_VERSION });
  }

  /** Makes `@azure/functions-core` resolvable for plain Node.js. Test runners with a module registry of their own need a mock. */
  install(): void {
    makeCoreResolvable(this.core, { hasEsModules: false });
  }

  /**
   * A registry of everything registered so far, ready to run. An activity in `activities` is replaced by that code, or
   * added if the app has none of that name. Names are compared without regard to case, as everywhere.
   * @throws when two functions have the same id, as it would stop an app from starting
   */
  registry(appRoot: string, activities: Readonly<Record<string, ActivityReplacement>> = {}): FunctionRegistry {
    const registry = new FunctionRegistry(appRoot);
    const unused = new Map(Object.entries(activities).map(([name, code]) => [name.toLowerCase(), { name, code }]));
    for (const { metadata, callback } of this.#registrations) {
      const key = metadata.name.toLowerCase();
      const replacement = isActivity(metadata) ? unused.get(key) : undefined;
      if (replacement) unused.delete(key);
      registry.register(metadata, replacement?.code ?? callback);
    }
    for (const { name, code } of unused.values()) registry.register(activityMetadata(name), code);
    return registry;
  }

  #register(registration: Registration): () => void {
    this.#registrations.push(registration);
    return () => {
      const index = this.#registrations.indexOf(registration);
      if (index >= 0) this.#registrations.splice(index, 1);
    };
  }
}

function isActivity({ bindings }: FunctionMetadata): boolean {
  return Object.values(bindings).some(({ type }) => type.toLowerCase() === "activitytrigger");
}

/** As `df.app.activity` registers one. */
function activityMetadata(name: string): FunctionMetadata {
  return { name, bindings: { activityTrigger: { type: "activityTrigger", direction: "in" } } };
}
