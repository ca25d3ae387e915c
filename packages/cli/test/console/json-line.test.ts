import { JsonLines } from "../../src/console/json-lines";
import { jsonLine } from "../../src/console/json-line";
import { LevelFilter } from "../../src/console/level-filter";
import { LineLogger } from "../../src/console/line-logger";
import { LineWriter } from "../../src/console/line-writer";

let printed = "";
const writer = new LineWriter((text) => (printed += text));
beforeEach(() => (printed = ""));

function logger(filter = new LevelFilter({}, true)): LineLogger {
  return new LineLogger({ writer, filter, now: () => Date.UTC(2026, 0, 2), format: jsonLine });
}

function entries(): unknown[] {
  writer.flush();
  return printed
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

describe("jsonLine", () => {
  it("prints an entry as one object in one line, with its fields", () => {
    logger()
      .child("Function.greet.User")
      .info("two\nlines", { functionName: "greet", invocationId: "i1", absent: undefined });

    expect(entries()).toEqual([
      {
        time: "2026-01-02T00:00:00.000Z",
        level: "Information",
        category: "Function.greet.User",
        message: "two\nlines",
        functionName: "greet",
        invocationId: "i1",
      },
    ]);
  });

  it("prints errors with their stack, at once", () => {
    const error = new TypeError("no more paper");
    logger().error("It failed.", { error });

    expect(printed).toContain("no more paper");
    expect(entries()).toMatchObject([
      { level: "Error", error: expect.stringContaining("no more paper"), stack: error.stack },
    ]);
  });

  it("leaves out what host.json does not want", () => {
    const quiet = logger(new LevelFilter({ default: "Warning", "Host.Quiet": "None" }, false));
    quiet.info("unwanted");
    quiet.warn("wanted");
    quiet.child("Host.Quiet").error("unwanted, too");

    expect(entries()).toMatchObject([{ message: "wanted" }]);
  });
});

describe("JsonLines", () => {
  it("makes an entry of each line for people, and none of empty ones", () => {
    const lines = new JsonLines(writer, "Error");
    lines.line("\nThe port is taken.");
    lines.line("  ");

    expect(entries()).toMatchObject([{ level: "Error", message: "The port is taken.", category: "Host.Console" }]);
  });
});
