import { DurableHostError } from "@durable-host/engine";
import { describeStartError } from "../../src/start/describe-start-error";

describe("what is printed when the host cannot start", () => {
  it("is the message of a foreseen error, without a stack", () => {
    const error = new DurableHostError("CONFIG_INVALID", "host.json is wrong.", { cause: new Error("inner") });
    expect(describeStartError(error)).toBe("host.json is wrong.");
  });

  it.each(["STORE_IN_USE", "STORE_CORRUPT", "SCHEMA_TOO_NEW"] as const)("names the option behind %s", (code) => {
    expect(describeStartError(new DurableHostError(code, "The file x."))).toBe(
      "The file x. Another folder: --data-dir DIR.",
    );
  });

  it("does not send users of a database to another folder", () => {
    expect(describeStartError(new DurableHostError("SCHEMA_TOO_NEW", "The schema dt."), "mssql")).toBe(
      "The schema dt.",
    );
  });

  it("has the stack of a defect", () => {
    expect(describeStartError(new TypeError("oops"))).toMatch(/nobody foresaw[\s\S]*TypeError: oops\n\s+at /);
    expect(describeStartError("text")).toContain("text");
  });
});
