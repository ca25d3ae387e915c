import { overrideHostJson } from "../../src/config/environment-overrides";

describe("host.json overrides from the environment", () => {
  it("keeps the spelling of the file and leaves the file's tree unchanged", () => {
    const tree = { Logging: { logLevel: { default: "Warning" } } };
    const result = overrideHostJson(tree, { AzureFunctionsJobHost__logging__LogLevel__Default: "Trace" });
    expect(result).toEqual({ Logging: { logLevel: { default: "Trace" } } });
    expect(tree.Logging.logLevel.default).toBe("Warning");
  });

  it("creates what is missing and replaces what is no object", () => {
    expect(overrideHostJson({ a: 1 }, { AzureFunctionsJobHost__a__b: "2", AzureFunctionsJobHost__c: "3" })).toEqual({
      a: { b: "2" },
      c: "3",
    });
  });

  it("ignores other settings and broken names", () => {
    expect(
      overrideHostJson({}, { PATH: "x", AzureFunctionsJobHost__: "x", AzureFunctionsJobHost__a____b: "x" }),
    ).toEqual({});
  });
});
