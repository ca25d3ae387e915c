import { parseSchedule } from "../../../src/triggers/timer/schedule";
import { scheduleTimeZone } from "../../../src/triggers/timer/time-zone";

/** The next occurrences after a time, in UTC. */
function occurrences(expression: string, after: string, count: number, timeZone = "UTC"): string[] {
  const schedule = parseSchedule(expression, timeZone);
  const times: string[] = [];
  for (let time: number | undefined = Date.parse(after); times.length < count;) {
    time = schedule.next(time);
    if (time === undefined) break;
    times.push(new Date(time).toISOString().replace(".000Z", "Z"));
  }
  return times;
}

describe("a schedule", () => {
  it("of six fields begins with the second [FH57]", () => {
    expect(occurrences("*/10 30 4 * * *", "2026-01-01T04:29:59Z", 2)).toEqual([
      "2026-01-01T04:30:00Z",
      "2026-01-01T04:30:10Z",
    ]);
  });

  it("of five fields begins with the minute [FH57]", () => {
    expect(occurrences("*/15 * * * *", "2026-01-01T00:01:00Z", 2)).toEqual([
      "2026-01-01T00:15:00Z",
      "2026-01-01T00:30:00Z",
    ]);
  });

  it("may be a TimeSpan [FH57]", () => {
    expect(occurrences("00:00:05", "2026-01-01T00:00:01Z", 2)).toEqual([
      "2026-01-01T00:00:06Z",
      "2026-01-01T00:00:11Z",
    ]);
    expect(occurrences("1.02:00:00", "2026-01-01T00:00:00Z", 1)).toEqual(["2026-01-02T02:00:00Z"]);
  });

  it("names months and weekdays", () => {
    expect(occurrences("0 0 9 * JAN Mon-Wed", "2026-01-05T12:00:00Z", 2)).toEqual([
      "2026-01-06T09:00:00Z",
      "2026-01-07T09:00:00Z",
    ]);
  });

  it("with a day and a weekday needs both, as NCrontab does", () => {
    expect(occurrences("0 0 0 13 * 5", "2026-01-01T00:00:00Z", 2)).toEqual([
      "2026-02-13T00:00:00Z",
      "2026-03-13T00:00:00Z",
    ]);
  });

  it("that never comes has no next occurrence", () => {
    expect(occurrences("0 0 0 31 2 *", "2026-01-01T00:00:00Z", 1)).toEqual([]);
  });

  it.each([
    "",
    "* * *",
    "0 0 0 0 0 0 0",
    "61 * * * * *",
    "0 0 0 L * *",
    "0 0 0 * * 7",
    "0 0 ? * * *",
    "soon",
    "@daily",
  ])("is refused when neither knows it: %p [FH58]", (expression) => {
    expect(() => parseSchedule(expression, "UTC")).toThrow(
      `The schedule expression '${expression}' was not recognized as a valid cron expression or timespan string.`,
    );
  });
});

describe("daylight saving time", () => {
  const zone = "Europe/Berlin";

  it("moves a time that does not exist forward, to the first one that does", () => {
    expect(occurrences("0 30 2 * * *", "2026-03-28T12:00:00Z", 2, zone)).toEqual([
      "2026-03-29T01:00:00Z",
      "2026-03-30T00:30:00Z",
    ]);
  });

  it("lets a point in time come once in the repeated hour", () => {
    expect(occurrences("0 30 2 * * *", "2026-10-24T12:00:00Z", 2, zone)).toEqual([
      "2026-10-25T00:30:00Z",
      "2026-10-26T01:30:00Z",
    ]);
  });

  it("lets an interval go on through the repeated hour", () => {
    expect(occurrences("0 */30 * * * *", "2026-10-25T00:15:00Z", 4, zone)).toEqual([
      "2026-10-25T00:30:00Z",
      "2026-10-25T01:00:00Z",
      "2026-10-25T01:30:00Z",
      "2026-10-25T02:00:00Z",
    ]);
    expect(occurrences("0 0-45 2 * * *", "2026-10-25T00:44:00Z", 2, zone)).toEqual([
      "2026-10-25T00:45:00Z",
      "2026-10-25T01:00:00Z",
    ]);
  });
});

describe("the time zone of schedules", () => {
  it("is WEBSITE_TIME_ZONE, by its IANA or its Windows name, then TZ", () => {
    expect(scheduleTimeZone({ WEBSITE_TIME_ZONE: "America/New_York", TZ: "Asia/Tokyo" })).toBe("America/New_York");
    expect(scheduleTimeZone({ WEBSITE_TIME_ZONE: "W. Europe Standard Time" })).toBe("Europe/Berlin");
    expect(scheduleTimeZone({ TZ: "Asia/Tokyo" })).toBe("Asia/Tokyo");
    expect(scheduleTimeZone({})).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  it("is refused when nobody knows it, with names that would do", () => {
    expect(() => scheduleTimeZone({ WEBSITE_TIME_ZONE: "Middle/Earth" })).toThrow(/Middle\/Earth.*Europe\/Berlin/);
  });
});
