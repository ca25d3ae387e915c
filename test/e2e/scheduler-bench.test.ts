import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const SCRIPT = join(__dirname, "../../bench/scheduler.js");

describe("the measurement of the scheduler", () => {
  it("tells orchestrations and actions per second, of chains and a fan-out [GR80]", async () => {
    const { NODE_OPTIONS: _options, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, "--quick"], { env });
    const figures = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, number>);

    expect(figures).toMatchObject([
      { workload: "scheduler-chain", activities: 5, count: 20 },
      { workload: "scheduler-fanout", activities: 50, count: 1 },
    ]);
    for (const { perSecond, actionsPerSecond } of figures) {
      expect(perSecond).toBeGreaterThan(0);
      expect(actionsPerSecond).toBeGreaterThan(perSecond ?? Infinity);
    }
  }, 120_000);
});
