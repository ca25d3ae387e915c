import { jsonCell } from "../../src/app-database/json-cell";

const read = (type: string, value: unknown) => jsonCell({ value, metadata: { colName: "C", type: { name: type } } });

describe("a cell for a function", () => {
  const time = new Date(Date.UTC(2026, 1, 3, 4, 5, 6, 70));

  it.each([
    ["DateTime2", time, "2026-02-03T04:05:06.07"],
    ["DateTime2", Object.assign(new Date(time), { nanosecondsDelta: 0.000_123_4 }), "2026-02-03T04:05:06.0701234"],
    ["Date", new Date(Date.UTC(2026, 1, 3)), "2026-02-03T00:00:00"],
    ["DateTimeOffset", time, "2026-02-03T04:05:06.07+00:00"],
    ["Time", time, "04:05:06.07"],
    ["VarBin", Buffer.from([0, 255]), "AP8="],
    ["BigInt", "42", 42],
    ["BigInt", "9007199254740993", "9007199254740993"],
    ["NVarChar", "9007199254740993", "9007199254740993"],
    ["BitN", true, true],
    ["DecimalN", 1.5, 1.5],
    ["IntN", null, null],
  ])("of type %s: %p becomes %p", (type, value, expected) => {
    expect(read(type, value)).toBe(expected);
  });
});
