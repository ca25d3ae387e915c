import { ManualClock } from "@durable-host/testkit";
import type { BindingServices, BindingType } from "../../src/bindings/binding-type";
import { FunctionBindings, InputError } from "../../src/bindings/function-bindings";
import { readSettingValues } from "../../src/config/setting-values";
import type { FunctionDescription } from "../../src/pool/function-index";
import { StorageAccounts } from "../../src/storage-account/storage-accounts";
import type { BindingInfo } from "../../src/worker/registered-function";
import { RecordingLogger } from "../fixtures/recording-logger";

const SERVICES: BindingServices = {
  settings: {},
  values: readSettingValues({}, {}),
  clock: new ManualClock(),
  logger: new RecordingLogger(),
  storage: new StorageAccounts({}),
};

function fn(name: string, bindings: Readonly<Record<string, BindingInfo>>, disabled = false): FunctionDescription {
  const trigger: BindingInfo = { type: "timerTrigger", direction: "in" };
  const all = { timer: trigger, ...bindings };
  return { name, bindings: all, triggerName: "timer", trigger, disabled, scriptFile: "index.js" };
}

/** A type that reads the upper-case name of its binding, and notes what is written. */
function noteType() {
  const written: unknown[] = [];
  const type: BindingType = {
    input:
      ({ key }) =>
      ({ data, functionName }) =>
        data["fails"] === true
          ? Promise.reject(new Error("the store is down"))
          : Promise.resolve({ string: `${String(key)} of ${functionName}` }),
    output:
      ({ key }) =>
      (value) =>
        Promise.resolve(void written.push([key, value])),
  };
  return { type, written };
}

const input: BindingInfo = { type: "Note", direction: "in", key: "in-key" };
const output: BindingInfo = { type: "note", direction: "out", key: "out-key" };

describe("the bindings of a function", () => {
  it("are no matter for one that has none of its own: nothing is waited for", () => {
    const client: BindingInfo = { type: "durableClient", direction: "in" };
    const response: BindingInfo = { type: "http", direction: "out" };
    const bindings = new FunctionBindings([fn("plain", { client, $return: response })], {}, SERVICES);
    expect(bindings.unusable).toEqual([]);
    expect(bindings.prepare("plain", () => ({}))).toBeUndefined();
  });

  it("are read before a run, each under its name, and written after it", async () => {
    const { type, written } = noteType();
    const bindings = new FunctionBindings([fn("both", { a: input, b: output })], { note: type }, SERVICES);
    const call = await bindings.prepare("both", () => ({}));
    expect(call?.inputs).toEqual([{ name: "a", data: { string: "in-key of both" } }]);

    await call?.deliver([
      { name: "b", data: { string: "value" } },
      { name: "unknown", data: { string: "nobody's" } },
    ]);
    expect(written).toEqual([["out-key", { string: "value" }]]);
  });

  it("fail the run with the function's name when one cannot be read", async () => {
    const bindings = new FunctionBindings([fn("reader", { a: input })], { note: noteType().type }, SERVICES);
    const call = bindings.prepare("reader", () => ({ fails: true }));
    await expect(call).rejects.toThrow(InputError);
    await expect(call).rejects.toThrow("An input of function 'reader' could not be read: the store is down");
  });

  it("fail the delivery when one cannot be written", async () => {
    const type: BindingType = { output: () => () => Promise.reject(new Error("full")) };
    const bindings = new FunctionBindings([fn("writer", { b: output })], { note: type }, SERVICES);
    const call = await bindings.prepare("writer", () => ({}));
    await expect(call?.deliver([{ name: "b", data: { int: 1 } }])).rejects.toThrow("full");
  });

  it("make a function unusable that has one of an unknown type, or one that cannot work; the others can be used [FH78]", () => {
    const refusing: BindingType = {
      output: () => {
        throw new Error("its queue has no name");
      },
    };
    const functions = [
      fn("unknown", { a: { type: "cosmosDB", direction: "in" } }),
      fn("oneWay", { b: input }),
      fn("refused", { b: output }),
      fn("off", { a: { type: "cosmosDB", direction: "in" } }, true),
      fn("fine", {}),
    ];
    const { unusable } = new FunctionBindings(functions, { note: refusing }, SERVICES);
    expect(unusable).toEqual([
      { name: "unknown", reason: `This host does not support input bindings of type "cosmosDB".` },
      { name: "oneWay", reason: `This host does not support input bindings of type "Note".` },
      { name: "refused", reason: "its queue has no name" },
    ]);
  });
});
