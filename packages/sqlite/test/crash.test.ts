import { join } from "node:path";
import { ManualClock, silentLogger } from "@durable-host/testkit";
import { createSqliteProvider, type SqliteProvider } from "../src";
import { Owner } from "./processes/child";
import { aDirectory } from "./sqlite-fixture";

const KILLS = 8;

/** Repeatable "random" moments: numbers of acknowledgements after which the process is killed. */
function moments(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return 1 + (state % 900);
  };
}

/** What has become of an instance, in the order in which it happens. */
const STAGES = ["created", "scheduled", "answered", "ended"] as const;

/** The last acknowledged stage of each instance. */
function acknowledged(lines: readonly string[]): Map<string, number> {
  const stages = new Map<string, number>();
  for (const line of lines) {
    const [word = "", instanceId = ""] = line.split(" ");
    const stage = STAGES.findIndex((name) => name === word);
    if (stage >= 0) stages.set(instanceId, Math.max(stage, stages.get(instanceId) ?? 0));
  }
  return stages;
}

/** The stage of every instance that the store has, read from instances, histories and everything that is pending. */
async function stored(provider: SqliteProvider): Promise<Map<string, number>> {
  const stages = new Map<string, number>();
  let continuationToken: string | undefined;
  do {
    const page = await provider.queryInstances({ top: 1_000, continuationToken });
    for (const { instanceId, runtimeStatus } of page.instances) {
      stages.set(instanceId, runtimeStatus === "Completed" ? 3 : runtimeStatus === "Running" ? 1 : 0);
    }
    ({ continuationToken } = page);
  } while (continuationToken !== undefined);
  const waiting = await provider.lockActivities(100_000);
  const messages = await provider.lockOrchestrations("orchestration", 100_000);
  const tasks = waiting.map(({ task }) => task.instanceId);
  const answers = messages.filter(({ messages: [first] }) => first?.event.type === "TaskCompleted");
  const answered = answers.map(({ instance }) => instance.instanceId);
  const running = [...stages].filter(([, stage]) => stage === 1).map(([instanceId]) => instanceId);
  // A running instance waits for exactly one thing: its activity, or the answer of it.
  expect([...tasks, ...answered].toSorted()).toEqual(running.toSorted());
  for (const instanceId of answered) stages.set(instanceId, 2);
  return stages;
}

it("has everything it acknowledged, and every commit whole or not at all, after each of several kill -9", async () => {
  const directory = aDirectory();
  const file = join(directory.path, "hub.db");
  const next = moments(20_300_101);
  const lines: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const owner = new Owner(file, "work");
    await owner.said(next());
    await owner.kill();
    expect(owner.lines[0]).toBe("open");
    lines.push(...owner.lines);

    const provider = createSqliteProvider({ file, clock: new ManualClock(), logger: silentLogger });
    await provider.start();
    const stages = await stored(provider);
    const lost = [...acknowledged(lines)].filter(([instanceId, stage]) => (stages.get(instanceId) ?? -1) < stage);
    expect(lost).toEqual([]);
    for (const [instanceId, stage] of stages) {
      await expect(provider.readHistory(instanceId)).resolves.toHaveLength([0, 2, 2, 4][stage] ?? -1);
    }
    await provider.stop();
  }
  expect(acknowledged(lines).size).toBeGreaterThan(KILLS);
  directory.remove();
}, 60_000);
