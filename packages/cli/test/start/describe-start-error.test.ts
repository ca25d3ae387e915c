import { DurableHostError } from "@durable-host/engine";
import { describeStartError } from "../../src/start/describe-start-error";

describe("what is printed when the host cannot start", () => {
  it("is the message of a foreseen error, without a stack", () => {
    const error = new DurableHostError("CONFIG_INVALID", "host.json is wrong.", { cause: new Error("inner") });
    expect(describeStartError(error)).toBe("host.json is wrong.");
  });

  it.each(["STORE_IN_USE", "STORE_CORRUPT", "SCHEMA_TOO_NEW"] as const)("says what to do about %s", (code) => {
    expect(describeStartError(new DurableHostError(code, "The file x."))).toMatch(/^The file x\. .*--data-dir/);
  });

  it("does not say the same twice", () => {
    const error = new DurableHostError("STORE_IN_USE", "In use; choose another with --data-dir.");
    expect(describeStartError(error)).toBe("In use; choose another with --data-dir.");
  });

  it("has the stack of a defect", () => {
    expect(describeStartError(new TypeError("oops"))).toMatch(/nobody foresaw[\s\S]*TypeError: oops\n\s+at /);
    expect(describeStartError("text")).toContain("text");
  });
});
