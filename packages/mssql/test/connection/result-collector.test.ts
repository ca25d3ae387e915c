import { ResultCollector } from "../../src/connection/result-collector";

const cell = (colName: string, type: string, value: unknown) => ({
  value,
  metadata: { colName, type: { name: type } },
});

describe("the result of a call", () => {
  it("has a list of rows for each set, empty ones too, and the procedure's return value", () => {
    const collector = new ResultCollector();
    collector.beginSet();
    collector.addRow([cell("A", "Int", 1)]);
    collector.addRow([cell("A", "Int", 2)]);
    collector.beginSet();
    collector.setReturnValue(7);
    expect(collector.result(true)).toEqual({ sets: [[{ A: 1 }, { A: 2 }], []], returnValue: 7 });
    expect(collector.result(false).returnValue).toBeUndefined();
  });

  it("reads dates as milliseconds, bigint as numbers, and leaves texts of digits alone", () => {
    const collector = new ResultCollector();
    collector.beginSet();
    collector.addRow([
      cell("At", "DateTime2", new Date(1_700_000_000_123)),
      cell("Big", "IntN", "9007199254740991"),
      cell("Text", "NVarChar", "9007199254740993"),
      cell("Bit", "BitN", true),
      cell("None", "IntN", null),
    ]);
    expect(collector.result(true).sets[0]).toEqual([
      { At: 1_700_000_000_123, Big: Number.MAX_SAFE_INTEGER, Text: "9007199254740993", Bit: true, None: null },
    ]);
    expect(collector.failure).toBeUndefined();
  });

  it("keeps an error for a bigint that no number holds exactly", () => {
    const collector = new ResultCollector();
    collector.beginSet();
    collector.addRow([cell("Big", "BigInt", "9007199254740993")]);
    expect(collector.failure?.message).toMatch(/column Big holds 9007199254740993/);
  });
});
