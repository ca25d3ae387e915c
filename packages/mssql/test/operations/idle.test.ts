import { systemClock, type StorageProvider } from "@durable-host/engine";
import { anExecutionStarted, silentLogger, waitUntil } from "@durable-host/testkit";
import { createMssqlProvider } from "../../src/mssql-provider";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

const SHORTEST_MS = 50;
const LONGEST_MS = 1_600;

describeWithServer("a host with nothing to do", (server) => {
  const database = useDatabase(server);
  const looks: number[] = [];
  let provider: StorageProvider;

  beforeEach(async () => {
    looks.length = 0;
    const client = database.current.connect();
    provider = createMssqlProvider({
      connect: () => ({
        call: (procedure, ...rest) => {
          looks.push(Date.now());
          return client.call(procedure, ...rest);
        },
        query: (...args) => client.query(...args),
        batch: (...args) => client.batch(...args),
        transaction: (work) => client.transaction(work),
        close: () => client.close(),
      }),
      hubName: "idle",
      clock: systemClock,
      logger: silentLogger,
      shortestPollMs: SHORTEST_MS,
      longestPollMs: LONGEST_MS,
    });
    await provider.start();
  });
  afterEach(() => provider.stop());

  const gaps = (): number[] => looks.slice(1).map((time, index) => time - (looks[index] ?? 0));

  it("asks the database less and less often, and is woken at once by what it makes itself [SQL50]", async () => {
    await waitUntil("the longest delay", () => gaps().some((gap) => gap >= LONGEST_MS * 0.9) || undefined);
    expect(looks.length).toBeLessThan(20);
    const called: number[] = [];
    provider.onWork((kind) => {
      if (kind === "orchestration") called.push(Date.now());
    });
    const before = looks.length;
    const began = Date.now();
    await provider.createInstance(anExecutionStarted("i1"), new Set());
    const created = Date.now();
    await waitUntil("the wake-up", () => called.length > 0 || undefined);
    // One call, the creation itself: nobody had to look first.
    expect(looks.length - before).toBe(1);
    expect(called[0]).toBeGreaterThanOrEqual(began);
    expect((called[0] ?? Infinity) - created).toBeLessThan(SHORTEST_MS);
  });
});
