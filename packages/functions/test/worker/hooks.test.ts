import { fixtureApp, runActivity, useAppHosts } from "../fixtures/app-hosts";

describe("hooks of the app", () => {
  const hosts = useAppHosts();
  const start = () => hosts.start({ appRoot: fixtureApp("hooks") });

  it("run in the order they were registered, around the handler, sharing hookData [FH18]", async () => {
    const { host } = await start();
    await runActivity(host, "changedResult");
    await expect(runActivity(host, "calls")).resolves.toMatchObject({
      result: JSON.stringify([
        "pre1 changedResult",
        "pre2 changedResult",
        "post changedResult pre1",
        "pre1 calls",
        "pre2 calls",
      ]),
    });
  });

  it.each([
    ["replacedInputs", '"replaced"'],
    ["replacedHandler", '"other handler got x"'],
    ["changedResult", '"x, changed"'],
    ["forgiven", '"forgave boom"'],
  ])("let %s come to %s [FH15, FH16]", async (name, result) => {
    const { host } = await start();
    await expect(runActivity(host, name, "x")).resolves.toEqual({ type: "Completed", result });
  });

  it.each([
    ["condemned", "post hook says no"],
    ["refused", "not today"],
  ])("let %s fail", async (name, message) => {
    const { host } = await start();
    await expect(runActivity(host, name)).resolves.toMatchObject({
      type: "Failed",
      reason: `Activity function '${name}' failed: ${message}`,
    });
  });

  it("skip the handler and the later hooks when a preInvocation hook throws", async () => {
    const { host } = await start();
    await runActivity(host, "refused");
    await expect(runActivity(host, "calls")).resolves.toMatchObject({
      result: JSON.stringify(["pre1 refused", "pre1 calls", "pre2 calls"]),
    });
  });

  it("cannot exchange hookData or the invocation context [FH18]", async () => {
    const { host } = await start();
    const result = await runActivity(host, "assigning");
    expect(result).toMatchObject({ result: expect.stringMatching(/^\["\w*Error","\w*Error"\]$/) });
  });

  it("change user log entries, and do no harm when they throw [FH17]", async () => {
    const { host, log } = await start();
    await runActivity(host, "logs");
    await expect(log.waitFor("plain")).resolves.toMatchObject({
      level: "info",
      category: "Function.logs.User",
      message: "[logs] plain",
      fields: { functionName: "logs", invocationId: expect.any(String) },
    });
    await expect(log.waitFor("raise me")).resolves.toMatchObject({ level: "error" });
  });

  it("do not change system log entries [FH17]", async () => {
    const { host, log } = await start();
    await runActivity(host, "logsLate");
    const warning = await log.waitFor("Unexpected call to 'log'");
    expect(warning).toMatchObject({ level: "warn", message: expect.stringMatching(/^Warning/) });
  });

  it("let appTerminate hooks run before the worker ends with code 0", async () => {
    const { host, log } = await start();
    await host.stop();
    await expect(log.waitFor("terminating after start")).resolves.toMatchObject({ category: "Host.Function.Console" });
    expect(log.records.filter(({ level }) => level === "warn")).toEqual([]);
  });
});
