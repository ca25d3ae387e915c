import { compareVersions, isVersionAccepted, versionMismatch } from "../../src/decide/match-version";

describe("the order of versions", () => {
  it.each([
    ["", "0.1"],
    [" ", "a"],
    ["1.9", "1.10"],
    ["1.0", "1.0.0"],
    ["1.0.0.1", "1.0.1"],
    ["10", "9"],
    ["a", "B"],
    ["1.0", "v1"],
    ["1.2.3.4.10", "1.2.3.4.9"],
  ])("has %j before %j", (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0);
    expect(compareVersions(newer, older)).toBeGreaterThan(0);
  });

  it.each([
    ["", ""],
    ["", "  "],
    ["1.0", "01.0"],
    ["Blue", "bLUE"],
  ])("has %j and %j as the same", (a, b) => {
    expect(compareVersions(a, b)).toBe(0);
  });
});

describe("matching versions", () => {
  it("accepts all with None", () => {
    expect(isVersionAccepted("None", "1.0", "9.9")).toBe(true);
  });

  it("accepts the same text only with Strict", () => {
    expect(isVersionAccepted("Strict", "1.0", "1.0")).toBe(true);
    expect(isVersionAccepted("Strict", "1.0", "01.0")).toBe(false);
    expect(isVersionAccepted("Strict", "1.0", "")).toBe(false);
  });

  it("accepts what is not newer with CurrentOrOlder; every version is newer than none", () => {
    expect(isVersionAccepted("CurrentOrOlder", "1.1", "1.1")).toBe(true);
    expect(isVersionAccepted("CurrentOrOlder", "1.1", "")).toBe(true);
    expect(isVersionAccepted("CurrentOrOlder", "1.1", "1.2")).toBe(false);
    expect(isVersionAccepted("CurrentOrOlder", "", "0.1")).toBe(false);
  });

  it("explains a mismatch with both versions", () => {
    expect(versionMismatch("CurrentOrOlder", "", "2.0")).toBe(
      "The version '2.0' of the orchestration does not match: with versionMatchStrategy CurrentOrOlder this host executes orchestrations of a version no newer than its defaultVersion, which is ''.",
    );
    expect(versionMismatch("Strict", "1.0", "")).toContain("The version '' of the orchestration does not match");
  });
});
