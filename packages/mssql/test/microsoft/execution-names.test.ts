import { engineExecution, nextStoredExecution } from "../../src/microsoft/execution-names";

describe("ids of executions that begin anew in the database only", () => {
  it("are numbered, and are one execution to the engine", () => {
    const second = nextStoredExecution("0a1b");
    expect(second).toBe("0a1b~1");
    expect(nextStoredExecution(second)).toBe("0a1b~2");
    expect(["0a1b", second, "0a1b~12"].map(engineExecution)).toEqual(["0a1b", "0a1b", "0a1b"]);
  });

  it("leave ids of others alone", () => {
    expect(engineExecution("5D3E~x")).toBe("5D3E~x");
  });

  it("fit into the column for years of batches of an entity", () => {
    expect(nextStoredExecution(`${"g".repeat(36)}~999999999999`).length).toBeLessThanOrEqual(50);
  });
});
