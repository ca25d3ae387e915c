import { HostFixture } from "@durable-host/testkit";
import { CompiledApp } from "./compiled-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

const CODE = `import * as df from "durable-functions";

class PaymentError extends Error {
  constructor(message: string, readonly code?: number) { super(message); this.name = "PaymentError"; }
}

df.app.activity("pay", {
  handler: (code?: number) => {
    throw new PaymentError("declined", code);
  },
});
df.app.orchestration("payment", function* (context) {
  yield context.df.callActivity("pay", context.df.getInput());
});
df.app.orchestration("catches", function* (context) {
  try {
    yield context.df.callActivity("pay", context.df.getInput());
  } catch (error) {
    return seen(error);
  }
});
df.app.orchestration("parent", function* (context) {
  try {
    yield context.df.callSubOrchestrator("payment", context.df.getInput());
  } catch (error) {
    return seen(error);
  }
});

function seen(error: unknown) {
  if (error instanceof df.TaskFailedError) {
    const { errorType, errorMessage, properties } = error.failureDetails;
    return { task: error.taskName, errorType, errorMessage, properties, caused: error.failureDetails.isCausedBy("PaymentError") };
  }
  return { plain: (error as Error).name, message: (error as Error).message };
}
`;

const PROVIDER = `import * as df from "durable-functions";
df.app.setExceptionPropertiesProvider({
  getExceptionProperties: (error) => {
    const { code } = error as { readonly code?: number };
    return typeof code !== "number" ? undefined : { code, nested: { list: [1, "two", null] } };
  },
});
`;

async function startApp(withProvider: boolean) {
  const app = new CompiledApp(fixture, {});
  app.write("src/payment.ts", CODE);
  if (withProvider) app.write("src/provider.ts", PROVIDER);
  await fixture.start({ scriptRoot: app.scriptRoot });
  const client = await fixture.client();
  return async (name: string, input?: unknown) => client.waitForEnd(await client.start(name, input));
}

describe("an activity's custom exception properties", () => {
  it("arrive in the TaskFailedError that the orchestrator and its parent catch [DF39]", async () => {
    const run = await startApp(true);
    const properties = { code: 7, nested: { list: [1, "two", null] } };
    const details = { errorType: "PaymentError", errorMessage: "declined", properties, caused: true };
    expect((await run("catches", 7)).output).toEqual({ task: "pay", ...details });
    expect((await run("parent", 7)).output).toEqual({ task: "payment", ...details });
  });

  it("leave the text of the failure as people read it [DF39]", async () => {
    const run = await startApp(true);
    const { runtimeStatus, output } = await run("payment", 7);
    expect(runtimeStatus).toBe("Failed");
    expect(output).toBe("Orchestrator function 'payment' failed: PaymentError: declined");
  });

  it("are absent where the provider has none for an error: a plain Error arrives [DF39]", async () => {
    const run = await startApp(true);
    expect((await run("catches")).output).toMatchObject({
      plain: "Error",
      message: expect.stringMatching(/^Activity function 'pay' failed: declined/),
    });
  });

  it("are absent without a provider: a plain Error arrives, through a child too [DF39]", async () => {
    const run = await startApp(false);
    expect((await run("catches", 7)).output).toMatchObject({
      plain: "Error",
      message: expect.stringMatching(/^Activity function 'pay' failed: declined/),
    });
    expect((await run("parent", 7)).output).toMatchObject({
      plain: "Error",
      message: expect.stringContaining("Activity function 'pay' failed: declined"),
    });
  });
});
