import type { SdkExecutor } from "./sdk-executor";
import type { SourcePositions } from "./source-positions";

/** Frames of the SDK and of the app's own helpers above the app's call. */
const FRAMES = 50;

/** What of the SDK's executor runs user code and takes what is not awaited; assignable, as it is JavaScript. */
interface WatchedExecutor {
  tryResumingUserCode(): void;
  recordFireAndForgetAction(action: object, ...rest: unknown[]): void;
}

/**
 * Notes where in the app's source the calls of one orchestration are made.
 *
 * The SDK makes a task, and with it an action object, while the call is on the stack; later, when the task is yielded and
 * numbered, the generator stands still and has no stack. So the making is watched: whatever is given to a task as its action
 * while this orchestration's code runs. That holds for `context.df` as for the functions that registering an activity returns.
 * Code of others, which runs before and after but never meanwhile, is not watched.
 */
export class CallPositions {
  readonly #positions = new WeakMap<object, string>();
  readonly #source: SourcePositions;

  constructor(source: SourcePositions) {
    this.#source = source;
  }

  /** Where the call that made this action object is; undefined when that was not in the app's code. */
  of(action: object): string | undefined {
    return this.#positions.get(action);
  }

  /** Watches one orchestration's executor, before its code runs for the first time. */
  watch(executor: SdkExecutor): void {
    const prototype = basePrototypeOf(executor.currentTask);
    const watched = executor as unknown as WatchedExecutor;
    const { tryResumingUserCode, recordFireAndForgetAction } = watched;
    if (!prototype || typeof tryResumingUserCode !== "function") return;
    const note = (action: unknown): void => this.#note(action);
    watched.tryResumingUserCode = function (this: WatchedExecutor) {
      whileWatching(prototype, note, () => tryResumingUserCode.call(this));
    };
    watched.recordFireAndForgetAction = function (this: WatchedExecutor, action, ...rest) {
      note(action);
      recordFireAndForgetAction.call(this, action, ...rest);
    };
  }

  #note(action: unknown): void {
    if (typeof action !== "object" || action === null || this.#positions.has(action)) return;
    for (const site of callSites()) {
      const file = site.getFileName();
      if (file === null || file === undefined) continue;
      const position = { file, line: site.getLineNumber() ?? 1, column: site.getColumnNumber() ?? 1 };
      const source = this.#source.of(position);
      if (source === undefined) continue;
      this.#positions.set(action, source);
      return;
    }
  }
}

/** The prototype that all tasks of the SDK have in common. */
function basePrototypeOf(task: object | undefined): object | undefined {
  let found: object | undefined;
  let next: unknown = task && Object.getPrototypeOf(task);
  while (typeof next === "object" && next !== null && next !== Object.prototype) {
    found = next;
    next = Object.getPrototypeOf(next);
  }
  return found;
}

/** Runs code, synchronously, during which what a task is given as its action is noted; the task is the same as without. */
function whileWatching(prototype: object, note: (action: unknown) => void, run: () => void): void {
  // The SDK's method calls itself while the task that was yielded has ended already.
  if (Object.hasOwn(prototype, "action")) return run();
  Object.defineProperty(prototype, "action", {
    configurable: true,
    set(this: object, value: unknown) {
      Object.defineProperty(this, "action", { value, configurable: true, enumerable: true, writable: true });
      note(value);
    },
  });
  try {
    run();
  } finally {
    Reflect.deleteProperty(prototype, "action");
  }
}

/** The stack as the engine has it, whatever the app has done to the way stacks are printed. */
function callSites(): readonly NodeJS.CallSite[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  let sites: readonly NodeJS.CallSite[] = [];
  try {
    Error.stackTraceLimit = FRAMES;
    Error.prepareStackTrace = (_error, found) => {
      sites = found;
      return "";
    };
    void new Error("only for its stack").stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
  return sites;
}
