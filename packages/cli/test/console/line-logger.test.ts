import { DurableHostError } from "@durable-host/engine";
import { coloredConsoleLine, consoleLine } from "../../src/console/console-line";
import { LevelFilter } from "../../src/console/level-filter";
import { LineLogger } from "../../src/console/line-logger";
import { LineWriter } from "../../src/console/line-writer";

function loggerTo(written: string[], levels: Record<string, string> = {}, color = false): LineLogger {
  const writer = new LineWriter((text) => written.push(text));
  const filter = new LevelFilter(levels, true);
  const format = color ? coloredConsoleLine : consoleLine;
  return new LineLogger({ writer, filter, now: () => Date.UTC(2026, 0, 2), format });
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("LineWriter", () => {
  it("writes the lines of one turn of the event loop together", async () => {
    const written: string[] = [];
    const writer = new LineWriter((text) => written.push(text));
    writer.line("one");
    writer.line("two");
    expect(written).toEqual([]);
    await nextTurn();
    expect(written).toEqual(["one\ntwo\n"]);
    writer.line("three");
    writer.flush();
    await nextTurn();
    expect(written).toEqual(["one\ntwo\n", "three\n"]);
  });

  it("does not let a busy turn gather without bound", () => {
    const written: string[] = [];
    const writer = new LineWriter((text) => written.push(text));
    for (let index = 0; index < 70; index++) writer.line("x".repeat(1023));
    expect(written.map((text) => text.length)).toEqual([64 * 1024]);
    writer.flush();
  });
});

describe("LineLogger", () => {
  it("prints time and message, and fields that say something", async () => {
    const written: string[] = [];
    const logger = loggerTo(written);
    logger.info("Order is late.", {
      instanceId: "i1",
      attempts: 3,
      functionName: "f",
      invocationId: "x",
      none: undefined,
    });
    await nextTurn();
    expect(written).toEqual(["[2026-01-02T00:00:00.000Z] Order is late. (instanceId=i1, attempts=3)\n"]);
  });

  it("prints foreseen errors without a stack, others with it, and both at once", () => {
    const written: string[] = [];
    const logger = loggerTo(written);
    logger.error("Stopped.", { error: new DurableHostError("STORE_IN_USE", "Another host has it.") });
    logger.error("Stopped.", { error: new TypeError("oops") });
    expect(written[0]).toBe("[2026-01-02T00:00:00.000Z] Stopped.\nAnother host has it.\n");
    expect(written[1]).toMatch(/Stopped\.\nTypeError: oops\n {4}at /);
  });

  it("colours warnings and errors for people only", () => {
    const written: string[] = [];
    loggerTo(written, {}, true).error("red");
    loggerTo(written, {}, false).error("plain");
    expect(written).toEqual([
      "\u001b[31m[2026-01-02T00:00:00.000Z] red\u001b[39m\n",
      "[2026-01-02T00:00:00.000Z] plain\n",
    ]);
  });

  it("gives the same child for the same category, from whichever logger", () => {
    const logger = loggerTo([]);
    const child = logger.child("Host.Storage");
    expect(child.child("Host.Storage")).toBe(child);
  });

  it("leaves out what the level of its category forbids", () => {
    const written: string[] = [];
    const logger = loggerTo(written, { "Function.order": "Error" });
    logger.child("Function.Order.User").warn("hidden");
    logger.child("Function.Order.User").error("shown");
    expect(written).toHaveLength(1);
  });
});

describe("LevelFilter", () => {
  it("lets the longest prefix win, without regard to case", () => {
    const filter = new LevelFilter({ default: "Error", Host: "Warning", "host.triggers": "Debug" }, false);
    expect(filter.allows("Host.Triggers.DurableTask", "Debug")).toBe(true);
    expect(filter.allows("Host.General", "Information")).toBe(false);
    expect(filter.allows("Host.General", "Warning")).toBe(true);
    expect(filter.allows("Function.a.User", "Warning")).toBe(false);
  });

  it("shows the app's information and the host's warnings by default, the host's information when verbose", () => {
    const quiet = new LevelFilter({}, false);
    expect(quiet.allows("Function.a.User", "Information")).toBe(true);
    expect(quiet.allows("Host.Function.Console", "Information")).toBe(true);
    expect(quiet.allows("Host.General", "Information")).toBe(false);
    expect(quiet.allows("Host.General", "Warning")).toBe(true);
    expect(new LevelFilter({}, true).allows("Host.General", "Information")).toBe(true);
  });

  it("takes the level of the app's own logs from the command line, unless host.json has one", () => {
    const told = new LevelFilter({}, false, "Error");
    expect(told.allows("Function.a.User", "Warning")).toBe(false);
    expect(told.allows("Function.a", "Information")).toBe(true);
    expect(new LevelFilter({ "Function.a": "Debug" }, false, "Error").allows("Function.a.User", "Debug")).toBe(true);
    expect(new LevelFilter({ default: "Trace" }, false, "Error").allows("Function.a.User", "Trace")).toBe(true);
  });

  it("prints nothing at None and ignores a name that is no level", () => {
    expect(new LevelFilter({ default: "None" }, false).allows("Host.General", "Critical")).toBe(false);
    expect(new LevelFilter({ default: "Loud" }, false).allows("Function.a", "Information")).toBe(true);
  });
});
