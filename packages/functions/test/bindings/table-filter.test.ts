import { evaluateFilter } from "../../src/bindings/table/table-filter";

function evaluate(filter: string, data: Readonly<Record<string, unknown>>): string {
  return evaluateFilter(filter, { data, functionName: "find", now: 0 });
}

describe("the filter of a table binding", () => {
  it.each([
    ["Name eq '{name}'", { name: "Ada" }, "Name eq 'Ada'"],
    ["Name eq 'x-{name}-{name}'", { name: "o'b" }, "Name eq 'x-o''b-o''b'"],
    ["Name eq 'it''s {name}' and Amount gt {least}", { name: "'", least: 2 }, "Name eq 'it''s ''' and Amount gt 2"],
    ["Amount gt {least} and Open eq {open}", { least: "-1.5e3", open: true }, "Amount gt -1.5e3 and Open eq true"],
    ["Count lt {most}", { most: "9007199254740993L" }, "Count lt 9007199254740993L"],
    ["Name eq 'a'", {}, "Name eq 'a'"],
  ])("%s with %j is %s", (filter, data, expected) => {
    expect(evaluate(filter, data)).toBe(expected);
  });

  it("keeps a value in quotes one text, whatever quotes are in it", () => {
    const name = "x' or Name ne '";
    expect(evaluate("Owner eq '{name}'", { name })).toBe("Owner eq 'x'' or Name ne '''");
  });

  it.each(["1 or true", "1) or (1 eq 1", "", "Name", "'a'"])("refuses %j where no quotes are", (least) => {
    expect(() => evaluate("Amount gt {least}", { least })).toThrow("{least} in the filter of a table is no number");
  });

  it("may be chosen as a whole, where the app says so", () => {
    expect(evaluate("{filter}", { filter: "Amount gt 1" })).toBe("Amount gt 1");
  });
});
