import { diag } from "@opentelemetry/api";
import { openPipelines } from "../../src/export/open-pipelines";

describe("a problem of what exports", () => {
  const warnings: string[] = [];

  beforeEach(async () => {
    warnings.length = 0;
    const warn = (message: string) => void warnings.push(message);
    expect(await openPipelines({ resource: {}, warn }, {} as never)).toEqual([]);
  });
  afterEach(() => diag.disable());

  it("is told once, however many items, times and ids it names", () => {
    diag.warn("not got all of 17 items: request 0af76519-16cd at 12:00:01");
    diag.warn("not got all of 3 items: request b7ad6b71-6920 at 12:00:02");
    expect(warnings).toEqual(["Telemetry: not got all of 17 items: request 0af76519-16cd at 12:00:01"]);
  });

  it("does not hide another one", () => {
    diag.warn("not got all of 17 items: connection refused");
    diag.error("not got all of 17 items: no such key");
    expect(warnings).toHaveLength(2);
  });
});
