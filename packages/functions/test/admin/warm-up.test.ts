import { useAppHosts, type TestHost } from "../fixtures/app-hosts";

const APP = `
const { app } = require("@azure/functions");
const run = (name) => (_trigger, context) => context.log("run " + name);
app.warmup("warm", { handler: run("warm") });
app.warmup("failing", { handler: (trigger, context) => {
  run("failing")(trigger, context);
  throw new Error("cannot be warmed");
} });
app.warmup("off", { handler: run("off") });
app.timer("daily", { schedule: "0 0 0 * * *", handler: run("daily") });
`;

const hosts = useAppHosts();

async function start(): Promise<TestHost> {
  const appRoot = await hosts.writeApp({ "package.json": `{"main":"index.js"}`, "index.js": APP });
  return hosts.start({ appRoot, settings: { "AzureWebJobs.off.Disabled": "true" } });
}

function runs({ log }: TestHost): string[] {
  return log.records.map(({ message }) => message).filter((message) => message.startsWith("run "));
}

describe("a warm-up", () => {
  it("runs the functions that are for it, and the log says what they failed with", async () => {
    const test = await start();
    await test.host.warmUp();
    expect(runs(test).sort()).toEqual(["run failing", "run warm"]);
    const errors = test.log.records.filter(({ level }) => level === "error").map(({ message }) => message);
    expect(errors).toEqual([`The function "failing" failed: cannot be warmed`]);
  });

  it("is made once, however many ask for it at a time or later", async () => {
    const test = await start();
    await Promise.all([test.host.warmUp(), test.host.warmUp()]);
    expect(runs(test)).toHaveLength(2);
    await test.host.warmUp();
    expect(runs(test)).toHaveLength(2);
  });

  it("is made once the app is loaded", async () => {
    const appRoot = await hosts.writeApp({ "package.json": `{"main":"index.js"}`, "index.js": APP });
    const test = hosts.create({ appRoot });
    await expect(test.host.warmUp()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await test.host.start();
    await test.host.warmUp();
    expect(runs(test)).toContain("run warm");
  });
});
