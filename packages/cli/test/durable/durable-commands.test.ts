import { describeDurableCommands } from "./describe-durable-commands";
import { runCommand } from "./run-command";
import { WorkingHub } from "./working-hub";

describeDurableCommands({
  name: "a host",
  isOffline: false,
  async reach(hub) {
    await hub.open();
    return ["--url", await hub.serve()];
  },
});

describeDurableCommands({
  name: "a store",
  isOffline: true,
  reach: (hub) => Promise.resolve(["--data-dir", hub.dataDir]),
});

describe("durable commands on a host only", () => {
  let hub: WorkingHub;
  beforeEach(async () => {
    hub = new WorkingHub();
    await hub.open();
  });
  afterEach(() => hub.dispose());

  it("say which orchestrators there are when one is unknown", async () => {
    const { code, notes } = await runCommand(["start-new", "--function-name", "x", "--url", await hub.serve()]);
    expect([code, notes.at(-1)]).toEqual([1, expect.stringContaining("'greet', 'fails', 'waits'")]);
  });

  it("present the key", async () => {
    const url = await hub.serve("secret");
    const without = await runCommand(["get-instances", "--url", url]);
    expect([without.code, without.notes.at(-1)]).toEqual([
      1,
      expect.stringMatching(/durabletask_extension with --code/),
    ]);
    expect((await runCommand(["get-instances", "--url", url, "--code", "secret"])).code).toBe(0);
  });

  it("take the address of the management API for that of the host", async () => {
    const url = `${await hub.serve()}/runtime/webhooks/durabletask/`;
    expect((await runCommand(["get-instances", "--url", url])).output).toBe("No instances.\n");
  });

  it("insist on the task hub that was named", async () => {
    const url = await hub.serve();
    expect((await runCommand(["get-instances", "--url", url, "--task-hub-name", "Shop"])).code).toBe(0);
    const { code, notes } = await runCommand(["get-instances", "--url", url, "--task-hub-name", "Other"]);
    expect([code, notes.at(-1)]).toEqual([1, "This host serves the task hub 'Shop', not 'Other'."]);
  });

  it("tell that nobody answers", async () => {
    const url = await hub.serve();
    await hub.close();
    const { code, notes } = await runCommand(["get-instances", "--url", url]);
    expect([code, notes.at(-1)]).toEqual([
      1,
      expect.stringMatching(/No host answers at .* \(ECONNREFUSED\)\. Start it/),
    ]);
  });

  it("do not delete its task hub", async () => {
    const { code, notes } = await runCommand(["delete-task-hub", "--yes", "--url", await hub.serve()]);
    expect([code, notes.at(-1)]).toEqual([1, expect.stringMatching(/Stop the host/)]);
  });
});

describe("durable commands on a store only", () => {
  let hub: WorkingHub;
  beforeEach(async () => {
    hub = new WorkingHub();
    await hub.open();
    await hub.hub.start({ name: "waits", instanceId: "a" });
  });
  afterEach(() => hub.dispose());

  it("say that what they ask for is done by the next host", async () => {
    await hub.close();
    const { notes } = await runCommand(["terminate", "a", "--data-dir", hub.dataDir]);
    expect(notes).toEqual([
      `Using the store ${hub.dataDir}/Shop.db; no host has it open.`,
      "It is stored, and carried out when the host starts next.",
    ]);
  });

  it("tell that a host has it open", async () => {
    const { code, notes } = await runCommand(["get-instances", "--data-dir", hub.dataDir]);
    expect([code, notes]).toEqual([1, [expect.stringMatching(/A host is using the store .*Shop\.db: .*--url/)]]);
  });

  it("delete the task hub only when somebody agrees", async () => {
    await hub.close();
    const where = ["delete-task-hub", "--data-dir", hub.dataDir];
    const count = async () => {
      const { output } = await runCommand(["get-instances", "--json", "--data-dir", hub.dataDir]);
      return (JSON.parse(output) as { instances: unknown[] }).instances.length;
    };

    expect((await runCommand(where)).notes.at(-1)).toMatch(/no terminal to ask on: say --yes/);
    const refused = await runCommand(where, { confirm: () => Promise.resolve(false) });
    expect([refused.code, refused.notes.at(-1), await count()]).toEqual([1, "Nothing was deleted.", 1]);
    const agreed = await runCommand(where, { confirm: () => Promise.resolve(true) });
    expect([agreed.code, agreed.output, await count()]).toEqual([0, "Deleted the task hub.\n", 0]);
    expect((await runCommand([...where, "--yes", "--json"])).output).toBe('{\n  "deleted": true\n}\n');
  });
});
