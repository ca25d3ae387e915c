import { HostFixture, waitUntil, type HostProcess } from "@durable-host/testkit";
import { CompiledApp } from "./compiled-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

const TIMERS = `
  import { app, InvocationContext, Timer } from "@azure/functions";

  const say = (timer: Timer, context: InvocationContext): void => {
    const { retryCount } = context.retryContext ?? {};
    context.log(\`\${context.functionName} runs: \${JSON.stringify({ ...timer, retryCount, id: context.invocationId })}\`);
  };
  app.timer("often", { schedule: "%OFTEN%", handler: say });
  app.timer("spans", { schedule: "00:00:01", handler: say });
  app.timer("minutely", { schedule: "* * * * *", handler: say });
  app.timer("eager", { schedule: "0 0 0 1 1 *", runOnStartup: true, handler: say });
  app.timer("broken", { schedule: "every now and then", handler: say });
  app.timer("fails", {
    schedule: "0 0 0 1 1 *",
    runOnStartup: true,
    retry: { strategy: "fixedDelay", maxRetryCount: 2, delayInterval: { seconds: 0 } },
    handler: (timer, context) => {
      say(timer, context);
      throw new Error("no luck");
    },
  });
`;

interface Run {
  readonly isPastDue: boolean;
  readonly retryCount?: number;
  readonly id: string;
  readonly schedule: object;
  readonly scheduleStatus?: object;
}

function anApp(): CompiledApp {
  const app = new CompiledApp(fixture, {});
  app.write("src/timers.ts", TIMERS);
  return app;
}

const until = (condition: () => boolean): Promise<true> =>
  waitUntil("runs of timers", () => (condition() ? true : undefined));

/** What a timer's handler has printed so far. */
function runsOf(host: HostProcess, name: string): Run[] {
  const lines = host.output.split("\n").filter((line) => line.includes(`${name} runs: `));
  return lines.map((line) => JSON.parse(line.slice(line.indexOf("{"))) as Run);
}

describe("timers", () => {
  it("fire by six fields, by a TimeSpan and by an app setting; one that nobody can read is left out [FH57, FH58]", async () => {
    const host = await fixture.start({ scriptRoot: anApp().scriptRoot, env: { OFTEN: "*/1 * * * * *" } });
    await until(() => runsOf(host, "often").length >= 2 && runsOf(host, "spans").length >= 2);
    const [often] = runsOf(host, "often");
    expect(often).toMatchObject({ isPastDue: false, schedule: { adjustForDST: true } });
    expect(runsOf(host, "spans")[0]).toMatchObject({ schedule: { adjustForDST: false } });
    await host.prints(
      "The function \"broken\" is not triggered: The schedule expression 'every now and then' was not recognized",
    );
  });

  it("run on startup once per start, and again as their retry policy says [FH24, FH61]", async () => {
    const app = anApp();
    const env = { OFTEN: "0 0 0 1 1 *" };
    for (const start of [1, 2]) {
      const host = await fixture.start({ scriptRoot: app.scriptRoot, env });
      await until(() => runsOf(host, "eager").length > 0 && runsOf(host, "fails").length >= 3);
      await until(() => runsOf(host, "spans").length > 2);
      expect({ start, runs: runsOf(host, "eager").length }).toEqual({ start, runs: 1 });
      const attempts = runsOf(host, "fails");
      expect(attempts.map(({ retryCount }) => retryCount)).toEqual([0, 1, 2]);
      expect(new Set(attempts.map(({ id }) => id)).size).toBe(3);
      await host.prints("Trigger Details: UnscheduledInvocationReason: RunOnStartup");
      expect((await host.stop()).code).toBe(0);
    }
  });
});
