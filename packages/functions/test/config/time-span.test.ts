import { formatTimeSpan, parseTimeSpan } from "../../src/config/time-span";

describe("time spans", () => {
  it.each([
    ["00:30:00", 1_800_000],
    ["1.02:03:04", 93_784_000],
    ["00:00:00.1500000", 150],
    ["7", 7 * 86_400_000],
    ["02:03", 7_380_000],
    ["-1", Number.POSITIVE_INFINITY],
  ])("reads %s as %d ms", (text, ms) => {
    expect(parseTimeSpan(text)).toBe(ms);
  });

  it.each(["", "24:00:00", "00:60:00", "5 minutes", "-00:01:00"])("refuses '%s'", (text) => {
    expect(parseTimeSpan(text)).toBeUndefined();
  });

  it.each(["00:30:00", "1.02:03:04", "-1"])("writes %s as it reads it", (text) => {
    expect(formatTimeSpan(parseTimeSpan(text) ?? Number.NaN)).toBe(text);
  });
});
