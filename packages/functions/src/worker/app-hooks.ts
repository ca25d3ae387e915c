import { asSystemError } from "./system-error";

/** Names under which an app can register hooks (contract §1.4). */
const HOOK_NAMES = ["preInvocation", "postInvocation", "appStart", "appTerminate", "log"] as const;

export type HookCallback = (context: object) => unknown;

/** The app's hooks, in the order they were registered. */
export class AppHooks {
  readonly preInvocation: HookCallback[] = [];
  readonly postInvocation: HookCallback[] = [];
  readonly appStart: HookCallback[] = [];
  readonly appTerminate: HookCallback[] = [];
  readonly log: HookCallback[] = [];
  /** One for the whole app, seen by every hook but log. */
  readonly appHookData: Record<string, unknown> = {};
  /** One for the two hooks that concern the app as a whole. */
  readonly #appLevelHookData: Record<string, unknown> = {};

  /** Adds a hook; returns how to remove it. */
  register(name: string, callback: HookCallback): () => void {
    const known = HOOK_NAMES.find((hook) => hook === name);
    if (known === undefined) throw asSystemError(new RangeError(`Unrecognized hook "${name}"`));
    const callbacks = this[known];
    callbacks.push(callback);
    return () => {
      const index = callbacks.indexOf(callback);
      if (index >= 0) callbacks.splice(index, 1);
    };
  }

  async runAppStart(appRoot: string): Promise<void> {
    const context = new HookContext(this.#appLevelHookData, this.appHookData);
    await runHooks(this.appStart, Object.assign(context, { functionAppDirectory: appRoot }));
  }

  async runAppTerminate(): Promise<void> {
    await runHooks(this.appTerminate, new HookContext(this.#appLevelHookData, this.appHookData));
  }
}

/** One after another, each awaited: a later hook sees what an earlier one has changed. */
export async function runHooks(callbacks: readonly HookCallback[], context: object): Promise<void> {
  for (const callback of callbacks) await callback(context);
}

/** What all hooks but log are given. The two bags are shared, so that they must not be exchanged. */
export class HookContext {
  readonly #hookData: Record<string, unknown>;
  readonly #appHookData: Record<string, unknown>;

  constructor(hookData: Record<string, unknown>, appHookData: Record<string, unknown>) {
    this.#hookData = hookData;
    this.#appHookData = appHookData;
  }

  get hookData(): Record<string, unknown> {
    return this.#hookData;
  }

  set hookData(_value: unknown) {
    throw readOnly("hookData");
  }

  get appHookData(): Record<string, unknown> {
    return this.#appHookData;
  }

  set appHookData(_value: unknown) {
    throw readOnly("appHookData");
  }
}

/** What the hooks around an invocation are given. `inputs` may be replaced. */
export class InvocationHookContext extends HookContext {
  readonly #invocationContext: object;
  inputs: unknown[];

  constructor(
    data: { readonly hookData: Record<string, unknown>; readonly appHookData: Record<string, unknown> },
    invocationContext: object,
    inputs: unknown[],
  ) {
    super(data.hookData, data.appHookData);
    this.#invocationContext = invocationContext;
    this.inputs = inputs;
  }

  get invocationContext(): object {
    return this.#invocationContext;
  }

  set invocationContext(_value: unknown) {
    throw readOnly("invocationContext");
  }
}

/** What a log hook is given: it sees every entry and can change those of the app. */
export class LogHookContext {
  readonly #category: string;
  readonly #invocationContext: object | undefined;
  readonly #hookData: Record<string, unknown>;
  level: string;
  message: string;

  constructor(
    entry: { readonly level: string; readonly category: string; readonly message: string },
    hookData: Record<string, unknown>,
    invocationContext: object | undefined,
  ) {
    this.level = entry.level;
    this.message = entry.message;
    this.#category = entry.category;
    this.#hookData = hookData;
    this.#invocationContext = invocationContext;
  }

  get category(): string {
    return this.#category;
  }

  set category(_value: string) {
    throw readOnly("category");
  }

  get hookData(): Record<string, unknown> {
    return this.#hookData;
  }

  set hookData(_value: unknown) {
    throw readOnly("hookData");
  }

  get invocationContext(): object | undefined {
    return this.#invocationContext;
  }

  set invocationContext(_value: unknown) {
    throw readOnly("invocationContext");
  }
}

function readOnly(property: string): Error {
  return asSystemError(new TypeError(`Cannot assign to read only property '${property}'`));
}
