import type { Cancellation, CancellationReason } from "@durable-host/engine";
import { useAppHosts, type TestHost } from "../fixtures/app-hosts";

const hosts = useAppHosts();

const CODE = `
  const df = require("durable-functions");
  const { app } = require("@azure/functions");
  df.app.activity("listen", {
    handler: (input, context) =>
      new Promise((resolve, reject) => {
        const { signal } = context;
        context.log("listening");
        const told = () => {
          const { name, code, message } = signal.reason;
          if (input === "reject") reject(signal.reason);
          else resolve({ name, code, message });
        };
        if (signal.aborted) told();
        else signal.addEventListener("abort", told);
      }),
  });
  df.app.activity("late", {
    handler: async (input, context) => {
      context.log("working");
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { aborted: context.signal.aborted, same: context.signal === context.signal };
    },
  });
  df.app.activity("deaf", { handler: (input, context) => { context.log("working"); return "done"; } });
  app.generic("other", {
    trigger: { type: "timerTrigger", name: "timer", schedule: "0 * * * * *" },
    handler: (timer, context) => ({ has: "signal" in context }),
  });`;

/** A cancellation whose end is in the test's hands. */
class ManualCancellation implements Cancellation {
  reason: CancellationReason | undefined;
  #listener: ((reason: CancellationReason) => void) | undefined;

  onCancel(listener: (reason: CancellationReason) => void): void {
    this.#listener = listener;
  }

  cancel(reason: CancellationReason): void {
    this.reason = reason;
    this.#listener?.(reason);
  }
}

const ENDED: CancellationReason = { code: "INSTANCE_ENDED", message: "Nobody takes it." };

async function start(): Promise<TestHost> {
  const manifest = JSON.stringify({ name: "signals", main: "app.js" });
  return hosts.start({ appRoot: await hosts.writeApp({ "package.json": manifest, "app.js": CODE }) });
}

function run({ host }: TestHost, name: string, cancellation: Cancellation, input: string | null = null) {
  const task = { instanceId: "i", executionId: "e", taskId: 1, name, input };
  return host.executor.executeActivity(task, new AbortController().signal, cancellation);
}

describe("an activity's context.signal", () => {
  it("fires in the app with the reason, and the result still counts", async () => {
    const app = await start();
    const cancellation = new ManualCancellation();
    const running = run(app, "listen", cancellation);
    await app.log.waitFor("listening");
    cancellation.cancel(ENDED);
    const result = JSON.stringify({ name: "AbortError", ...ENDED });
    expect(await running).toEqual({ type: "Completed", result });
  });

  it("rejects what it is given to with its reason", async () => {
    const app = await start();
    const cancellation = new ManualCancellation();
    const running = run(app, "listen", cancellation, '"reject"');
    await app.log.waitFor("listening");
    cancellation.cancel(ENDED);
    expect(await running).toMatchObject({
      type: "Failed",
      reason: "Activity function 'listen' failed: Nobody takes it.",
    });
  });

  it("is aborted for code that looks at it only afterwards", async () => {
    const app = await start();
    const cancellation = new ManualCancellation();
    const running = run(app, "late", cancellation);
    await app.log.waitFor("working");
    cancellation.cancel(ENDED);
    expect(await running).toEqual({ type: "Completed", result: '{"aborted":true,"same":true}' });
  });

  it("concerns no code that does not ask for it, and no call that has ended", async () => {
    const app = await start();
    const cancellation = new ManualCancellation();
    expect(await run(app, "deaf", cancellation)).toEqual({ type: "Completed", result: '"done"' });
    cancellation.cancel(ENDED);
    expect(await run(app, "deaf", new ManualCancellation())).toEqual({ type: "Completed", result: '"done"' });
  });

  it("is not there for other functions", async () => {
    const app = await start();
    const { returnValue } = await app.host.invoke("other", { triggerData: { json: "{}" } });
    expect(JSON.stringify(returnValue)).toContain("false");
  });
});
