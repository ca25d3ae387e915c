import { ManualClock } from "@durable-host/testkit";
import { readSettingValues } from "../../src/config/setting-values";
import type { FunctionDescription } from "../../src/pool/function-index";
import { StorageAccounts } from "../../src/storage-account/storage-accounts";
import { TriggerSet } from "../../src/triggers/trigger-set";
import type { TriggerContext, TriggerListener, TriggerType } from "../../src/triggers/trigger-type";
import { RecordingLogger } from "../fixtures/recording-logger";

function fn(name: string, type: string, retryOptions?: FunctionDescription["retryOptions"]): FunctionDescription {
  const trigger = { type, direction: "in" as const };
  const base = {
    name,
    bindings: { trigger },
    triggerName: "trigger",
    trigger,
    disabled: false,
    scriptFile: "index.js",
  };
  return retryOptions ? { ...base, retryOptions } : base;
}

function setOf(functions: readonly FunctionDescription[], types: Readonly<Record<string, TriggerType>>) {
  const logger = new RecordingLogger();
  const runs: string[] = [];
  const triggers = new TriggerSet({
    functions,
    types,
    served: new Set(["httptrigger"]),
    services: {
      settings: {},
      values: readSettingValues({}, {}),
      clock: new ManualClock(),
      logger,
      storage: new StorageAccounts({}),
    },
    records: () => undefined,
    run: (name) => {
      runs.push(name);
      return Promise.resolve({});
    },
  });
  const said = (): unknown[] => logger.records.map(({ level, message }) => [level, message]);
  return { triggers, runs, said };
}

function listening(listener: Partial<TriggerListener>, onListen = (_context: TriggerContext): void => undefined) {
  return {
    listen(context: TriggerContext): TriggerListener {
      onListen(context);
      return { start: () => Promise.resolve(), stop: () => Promise.resolve(), ...listener };
    },
  };
}

describe("the triggers of an app", () => {
  it("run the function they listen for", async () => {
    let run: TriggerContext["run"] | undefined;
    const type = listening({}, (context) => (run = context.run));
    const { triggers, runs } = setOf([fn("tick", "someTrigger")], { sometrigger: type });
    await triggers.start();
    await run?.({ triggerData: {} });
    expect(runs).toEqual(["tick"]);
    await triggers.stop();
  });

  it("name a function whose trigger is of an unknown type, and how it can be run all the same [FH78]", async () => {
    const { triggers, said } = setOf([fn("bus", "serviceBusTrigger"), fn("page", "httpTrigger")], {});
    await triggers.start();
    expect(triggers.isEmpty).toBe(true);
    expect(said()).toEqual([
      [
        "warn",
        `The function "bus" is not triggered: this host does not support triggers of type "serviceBusTrigger". It can be run by POST /admin/functions/bus; the other functions are not affected.`,
      ],
    ]);
  });

  it("go on without one that cannot work, begin or stop", async () => {
    const started: string[] = [];
    const types = {
      a: listening({}, () => {
        throw new Error("no schedule");
      }),
      b: listening({ start: () => Promise.reject(new Error("no queue")) }),
      c: listening({ stop: () => Promise.reject(new Error("stuck")) }),
      d: listening({ start: () => Promise.resolve(void started.push("d")) }),
    };
    const { triggers, said } = setOf([fn("f", "a"), fn("g", "b"), fn("h", "c"), fn("i", "d")], types);
    await triggers.start();
    await triggers.stop();
    expect(started).toEqual(["d"]);
    expect(said()).toEqual([
      ["error", `The function "f" is not triggered: no schedule`],
      ["error", `The function "g" is not triggered: no queue`],
      ["error", `The trigger of function "h" did not stop well: stuck`],
    ]);
  });

  it("stop once, and cannot be started after that", async () => {
    const calls: string[] = [];
    const type = listening({
      start: () => Promise.resolve(void calls.push("start")),
      stop: () => Promise.resolve(void calls.push("stop")),
    });
    const { triggers } = setOf([fn("tick", "a")], { a: type });
    await Promise.all([triggers.stop(), triggers.stop()]);
    await triggers.start();
    expect(calls).toEqual(["stop"]);
  });
});
