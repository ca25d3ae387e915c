import { schedulerCommandLine } from "../../src/scheduler/scheduler-command-line";
import type { SchedulerOptions } from "../../src/scheduler/scheduler-options";

/** What a command line in the folder /srv comes to. */
async function parse(...args: readonly string[]): Promise<SchedulerOptions | undefined> {
  let options: SchedulerOptions | undefined;
  const command = schedulerCommandLine(async (given) => void (options = given), "/srv");
  await command.configureOutput({ writeErr: () => undefined }).parseAsync(args, { from: "user" });
  return options;
}

describe("durable-host scheduler", () => {
  const { DTS_TASK_HUB_NAMES, DTS_USE_DYNAMIC_TASK_HUBS } = process.env;
  afterEach(() => {
    for (const [name, value] of Object.entries({ DTS_TASK_HUB_NAMES, DTS_USE_DYNAMIC_TASK_HUBS })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it("takes the place of the emulator without an option", async () => {
    expect(await parse()).toEqual({
      port: 8080,
      address: "localhost",
      hubs: ["default"],
      dynamicHubs: false,
      store: { type: "embedded", dataDir: "/srv/.durable" },
      statusPort: 8081,
      access: { allowAnonymous: false },
      verbose: false,
    });
  });

  it("reads task hubs from the emulator's variables, and options before them [GR78]", async () => {
    process.env["DTS_TASK_HUB_NAMES"] = "orders, billing,";
    process.env["DTS_USE_DYNAMIC_TASK_HUBS"] = "false";
    expect(await parse()).toMatchObject({ hubs: ["orders", "billing"], dynamicHubs: false });
    process.env["DTS_USE_DYNAMIC_TASK_HUBS"] = "true";
    expect(await parse("--hubs", "mine")).toMatchObject({ hubs: ["mine"], dynamicHubs: true });
    delete process.env["DTS_USE_DYNAMIC_TASK_HUBS"];
    expect(await parse("--dynamic-hubs")).toMatchObject({ dynamicHubs: true });
  });

  it("names a database, files below the folder it runs in, and no status port", async () => {
    expect(await parse("--storage", "mssql", "--connection-string-setting", "DB", "--no-status")).toMatchObject({
      store: { type: "mssql", setting: "DB" },
      statusPort: undefined,
    });
    expect(await parse("--token-file", "t.txt", "--tls-cert", "c.pem", "--tls-key", "/k.pem")).toMatchObject({
      access: { tokenFile: "/srv/t.txt", tlsCertificate: "/srv/c.pem", tlsKey: "/k.pem" },
    });
  });
});
