import { bindingDataOf, propertiesOf } from "../../src/bindings/binding-data";
import { evaluateExpressions, resolveSettings } from "../../src/bindings/binding-expression";

const NOW = Date.UTC(2030, 1, 3, 4, 5, 6, 789);

function evaluate(text: string, data: Readonly<Record<string, unknown>> = {}): string {
  return evaluateExpressions(text, { data, functionName: "place", now: NOW });
}

describe("settings in the text of a binding", () => {
  it("stand for their values", () => {
    expect(resolveSettings("%A%-x-%B%", { A: "1", B: "2" })).toBe("1-x-2");
    expect(resolveSettings("100%", {})).toBe("100%");
  });

  it("are named when they have no value", () => {
    expect(() => resolveSettings("%QUEUE%", { QUEUE: " " })).toThrow("the app setting QUEUE, which has no value");
  });
});

describe("expressions in the text of a binding", () => {
  it.each([
    ["{id}", { id: 7 }, "7"],
    ["{ID}", { id: "a" }, "a"],
    ["{order.customer.Name}", { order: { customer: { name: "Ada" } } }, "Ada"],
    ["{order}", { order: { n: 1 } }, `{"n":1}`],
    ["a/{x}-{y}.txt", { x: true, y: 0 }, "a/true-0.txt"],
  ])("%s with %j is %s", (text, data, value) => {
    expect(evaluate(text, data)).toBe(value);
  });

  it.each([
    ["{DateTime}", "2030-02-03T04-05-06Z"],
    ["{DateTime:yyyy-MM-dd}", "2030-02-03"],
    ["{sys.utcnow:yyMMdd HHmmss}", "300203 040506"],
    ["{sys.methodname}", "place"],
  ])("%s is %s", (text, value) => {
    expect(evaluate(text)).toBe(value);
  });

  it("make ids, another one each time", () => {
    expect(evaluate("{rand-guid}")).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(evaluate("{rand-guid:N}")).toMatch(/^[0-9a-f]{32}$/);
    expect(evaluate("{sys.randguid:B}")).toMatch(/^\{[0-9a-f-]{36}\}$/);
    expect(new Set(evaluate("{rand-guid} {rand-guid}").split(" ")).size).toBe(2);
  });

  it.each([{}, { id: null }, { id: undefined }])("have to have a value: %j has none", (data) => {
    expect(() => evaluate("{id}", data)).toThrow(`{id} has no value in this run of function "place"`);
  });
});

describe("what expressions refer to", () => {
  it("are a trigger's metadata, and under them the properties of its value", () => {
    const metadata = { Id: { string: "m" }, Count: { json: "3" }, Size: { int: 4 } };
    expect(bindingDataOf({ string: `{"Id":"own","kind":"red"}` }, metadata)).toEqual({
      Id: "m",
      kind: "red",
      Count: 3,
      Size: 4,
    });
    expect(bindingDataOf({ json: `{"kind":"red"}` })).toEqual({ kind: "red" });
  });

  it.each(["text", "[1]", "null", 5, undefined, ["a"]])("are nothing for the value %j", (value) => {
    expect(propertiesOf(value)).toEqual({});
  });
});
