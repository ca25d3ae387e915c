import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand, type Outcome } from "./run-command";
import { WorkingHub } from "./working-hub";

/** Where the commands of a test go. */
export interface TargetFixture {
  readonly name: string;
  readonly isOffline: boolean;
  /** Makes a hub, which is closed, reachable; resolves to the options that lead there. */
  reach(hub: WorkingHub): Promise<readonly string[]>;
}

const GREETING = '"hi"';

/** One instance of each kind, oldest first. */
async function prepare(hub: WorkingHub): Promise<void> {
  await hub.open();
  hub.work();
  await hub.hub.start({ name: "greet", instanceId: "order-1", input: GREETING, tags: { team: "blue" } });
  await hub.until("order-1", "Completed");
  await hub.hub.start({ name: "fails", instanceId: "order-2" });
  await hub.until("order-2", "Failed");
  await hub.hub.start({ name: "waits", instanceId: "other-3" });
  await hub.until("other-3", "Running");
  await hub.close();
}

/** The list of what every command does, whether it goes to a host or to a store. */
export function describeDurableCommands(fixture: TargetFixture): void {
  describe(`durable commands on ${fixture.name}`, () => {
    const prepared = new WorkingHub();
    let hub: WorkingHub;
    let where: readonly string[];

    beforeAll(() => prepare(prepared));
    beforeEach(async () => {
      hub = new WorkingHub(prepared);
      where = await fixture.reach(hub);
    });
    afterEach(() => hub.dispose());
    afterAll(() => prepared.dispose());

    const run = (...args: readonly string[]): Promise<Outcome> => runCommand([...args, ...where]);

    /** The one JSON document of a command that succeeds. */
    async function json(...args: readonly string[]): Promise<unknown> {
      const { code, output, notes } = await run(...args, "--json");
      expect({ code, notes: code === 0 ? [] : notes }).toEqual({ code: 0, notes: [] });
      return JSON.parse(output);
    }

    /** What a command that fails says. */
    async function refusal(...args: readonly string[]): Promise<string | undefined> {
      const { code, output, notes } = await run(...args, "--json");
      expect([code, output]).toEqual([1, ""]);
      return notes.at(-1);
    }

    async function listed(...args: readonly string[]): Promise<readonly string[]> {
      const { instances } = (await json("get-instances", ...args)) as { instances: { instanceId: string }[] };
      return instances.map(({ instanceId }) => instanceId);
    }

    /** Executes what was asked for. */
    async function work(): Promise<void> {
      if (fixture.isOffline) await hub.open();
      hub.work();
    }

    it("start an orchestration under an id of its own", async () => {
      const options = ["--id", "new", "--input", '{"n":1}', "--tag", "a:b", "--version", "2"];
      expect(await json("start-new", "--function-name", "greet", ...options)).toEqual({
        instanceId: "new",
        functionName: "greet",
      });
      await work();
      await hub.until("new", "Completed");
      expect(await hub.hub.getInstance("new")).toMatchObject({ output: '{"n":1}', tags: { a: "b" }, version: "2" });
    });

    it("start an orchestration under a new id", async () => {
      const { instanceId } = (await json("start-new", "--function-name", "greet")) as { instanceId: string };
      expect(instanceId).toMatch(/^[0-9a-f]{32}$/);
      await work();
      await hub.until(instanceId, "Completed");
    });

    it("do not start a second instance under the id of one that runs", async () => {
      expect(await refusal("start-new", "--function-name", "greet", "--id", "other-3")).toContain("already exists");
    });

    it("list instances in a table, oldest first", async () => {
      const { code, output } = await run("get-instances");
      const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.source;
      expect(code).toBe(0);
      expect(output).toMatch(
        new RegExp(
          [
            "^INSTANCE ID  NAME   STATUS     CREATED               LAST UPDATED          CUSTOM STATUS",
            `order-1      greet  Completed  ${time}  ${time}`,
            `order-2      fails  Failed     ${time}  ${time}`,
            `other-3      waits  Running    ${time}  ${time}  {"stage":"waiting"}\n$`,
          ].join("\n"),
        ),
      );
    });

    it.each([
      [
        ["--runtime-status", "failed", "running"],
        ["order-2", "other-3"],
      ],
      [
        ["--prefix", "order-"],
        ["order-1", "order-2"],
      ],
      [["--name", "fails"], ["order-2"]],
      [["--tag", "team:blue"], ["order-1"]],
      [["--custom-status", "waiting"], ["other-3"]],
      [["--created-before", "2020-01-01"], []],
      [
        ["--created-after", "2020-01-01"],
        ["order-1", "order-2", "other-3"],
      ],
    ])("list the instances that %j selects", async (conditions, ids) => {
      expect(await listed(...conditions)).toEqual(ids);
    });

    it("list page by page, and tell how to go on", async () => {
      const first = await run("get-instances", "--top", "2", "--json");
      const { instances, continuationToken } = JSON.parse(first.output) as {
        instances: unknown[];
        continuationToken: string;
      };
      expect(instances).toHaveLength(2);
      expect(first.notes.at(-1)).toContain(`--continuation-token ${continuationToken}`);
      expect(await listed("--continuation-token", continuationToken)).toEqual(["other-3"]);
    });

    it("show inputs and outputs of a list when asked to", async () => {
      const { instances } = (await json("get-instances", "--show-input", "--show-output")) as { instances: unknown[] };
      expect(instances[0]).toMatchObject({ input: "hi", output: "hi" });
      expect((await run("get-instances", "--prefix", "order-1")).output).not.toContain("hi");
      expect((await run("get-instances", "--show-input")).output).toMatch(/CUSTOM STATUS +INPUT\n.* hi\n/);
    });

    it("say that there are no instances", async () => {
      expect((await run("get-instances", "--prefix", "zzz")).output).toBe("No instances.\n");
    });

    it("show the status of an instance, and its output only when asked to", async () => {
      const { output } = await run("get-runtime-status", "--id", "order-1", "--show-output");
      expect(output).toMatch(/^Instance id {3}order-1\nName {10}greet\nStatus {8}Completed\nCreated {7}2/);
      expect(output).toMatch(/\nOutput {8}hi\n$/);
      expect(await json("get-runtime-status", "order-1")).not.toHaveProperty("output");
      expect(await json("get-runtime-status", "order-1", "--show-input")).toMatchObject({ input: "hi" });
    });

    it("show why an instance has failed", async () => {
      expect((await run("get-runtime-status", "order-2")).output).toMatch(/\nOutput +the bank is closed\n$/);
    });

    it("show the history of an instance", async () => {
      const { output } = await run("get-history", "--id", "order-1");
      expect(output).toMatch(/^TIME +EVENT +NAME +DETAILS\n2.*Z {2}ExecutionStarted +greet +hi\n2.*ExecutionCompleted/);
      expect(await json("get-history", "--id", "order-1")).toMatchObject([
        { EventType: "ExecutionStarted", FunctionName: "greet" },
        { EventType: "ExecutionCompleted", Result: "hi" },
      ]);
    });

    it("have nothing to show of an instance that has not begun", async () => {
      await run("start-new", "--function-name", "waits", "--id", "late");
      expect((await run("get-history", "late")).output).toBe("Nothing has happened yet.\n");
    });

    it("explain an entity under its id", async () => {
      await run("signal-entity", "--entity-name", "cell", "--entity-key", "a", "--operation", "set");
      expect((await run("explain", "@cell@a")).output).toMatch(/^@cell@a: entity without state/);
      expect(await listed("--prefix", "@")).toEqual(["@cell@a"]);
    });

    it("explain what an instance waits for", async () => {
      await run("start-new", "--function-name", "greet", "--id", "new");
      expect((await run("explain", "order-2")).output).toMatch(/^order-2 \(fails\): Failed .*the bank is closed\n$/);
      expect((await run("explain", "new")).output).toMatch(/^new \(greet\): Pending; .*waits/);
      expect(await json("explain", "other-3")).toMatchObject({ instanceId: "other-3", waitsFor: [] });
    });

    it("raise an event, with and without a value", async () => {
      await run("start-new", "--function-name", "waits", "--id", "other-4");
      await run("raise-event", "--id", "other-3", "--event-name", "go", "--event-data", '{"ok":true}');
      expect(await json("raise-event", "--id", "other-4", "--event-name", "go")).toEqual({
        instanceId: "other-4",
        eventName: "go",
      });
      await work();
      await hub.until("other-3", "Completed");
      await hub.until("other-4", "Completed");
      expect((await hub.hub.getInstance("other-3"))?.output).toBe('{"ok":true}');
      expect((await hub.hub.getInstance("other-4"))?.output).toBe("null");
    });

    it.each(["main", ""])("signal an entity with the key '%s'", async (key) => {
      const entity = ["--entity-name", "cell", "--entity-key", key];
      await json("signal-entity", ...entity, "--operation", "set", "--input", "[5]");
      await work();
      await hub.until(`@cell@${key}`, "Running");
      expect(await hub.hub.getEntity({ name: "cell", key })).toMatchObject({ state: "[5]" });
    });

    it("clean up entities", async () => {
      expect(await json("clean-entities")).toEqual({ emptyEntitiesRemoved: 0, orphanedLocksReleased: 0 });
      expect((await run("clean-entities")).output).toBe("Removed 0 empty entities, released 0 locks.\n");
    });

    it("terminate an instance with a reason", async () => {
      expect((await run("terminate", "other-3", "--reason", "ordered twice")).output).toBe(
        "Told the instance other-3 to terminate.\n",
      );
      await work();
      await hub.until("other-3", "Terminated");
      expect((await hub.hub.getInstance("other-3"))?.output).toBe("ordered twice");
    });

    it("suspend an instance", async () => {
      expect(await json("suspend", "other-3", "--reason", "waits for the bank")).toEqual({ instanceId: "other-3" });
      await work();
      await hub.until("other-3", "Suspended");
    });

    it("resume only what is suspended", async () => {
      expect(await refusal("resume", "other-3")).toContain("not suspended");
    });

    it("rewind what has failed, and nothing else", async () => {
      expect(await refusal("rewind", "order-1")).toContain("only a Failed instance can be rewound");
      expect(await json("rewind", "order-2", "--reason", "the bank is back")).toEqual({ instanceId: "order-2" });
      await work();
      await hub.until("order-2", "Failed");
    });

    it("restart an instance as a new one, or under its own id", async () => {
      const { instanceId } = (await json("restart", "order-1")) as { instanceId: string };
      expect(instanceId).not.toBe("order-1");
      expect(await json("restart", "order-2", "--keep-id")).toEqual({
        instanceId: "order-2",
        restartedFrom: "order-2",
      });
      await work();
      await hub.until(instanceId, "Completed");
      expect((await hub.hub.getInstance(instanceId))?.output).toBe(GREETING);
    });

    it("purge one instance", async () => {
      expect((await run("purge-history", "order-1")).output).toBe("Deleted 1 instance.\n");
      expect(await listed()).toEqual(["order-2", "other-3"]);
      expect(await refusal("purge-history", "order-1")).toContain("No instance with ID 'order-1'");
    });

    it("purge what has ended and fits", async () => {
      expect(await json("purge-history", "--created-before", "2020-01-01")).toMatchObject({ instancesDeleted: 0 });
      expect(await json("purge-history", "--runtime-status", "failed")).toMatchObject({ instancesDeleted: 1 });
      expect((await run("purge-history", "--recursive")).output).toMatch(/^Deleted 1 instance\.\n/);
      expect(await listed()).toEqual(["other-3"]);
      expect(await refusal("purge-history", "other-3", "--runtime-status", "failed")).toContain("not both");
    });

    it("export instances, each once, to standard output or a file", async () => {
      const folder = mkdtempSync(join(tmpdir(), "durable-host-export-"));
      const file = join(folder, "orders.json");
      const { output } = await run("export", "order-1", "other-3", "order-1");
      expect(JSON.parse(output)).toMatchObject({
        format: "durable-host-history",
        instances: [
          { instanceId: "order-1", input: GREETING },
          { instanceId: "other-3", runtimeStatus: "Running" },
        ],
      });
      expect(await json("export", "order-1", "--out", file)).toEqual({ file, instances: ["order-1"] });
      expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ instances: [{ instanceId: "order-1" }] });
      expect(await refusal("export", "order-1", "--out", join(folder, "no", "such.json"))).toMatch(/cannot be written/);
      rmSync(folder, { recursive: true });
    });

    it.each([
      "get-runtime-status",
      "get-history",
      "terminate",
      "suspend",
      "resume",
      "rewind",
      "restart",
      "export",
      "explain",
    ])("tell that there is no instance for %s", async (command) => {
      expect(await refusal(command, "nobody")).toContain("No instance with ID 'nobody' found");
    });

    it("tell that an instance has ended, and how to find out more", async () => {
      expect(await refusal("terminate", "order-1")).toMatch(/already ended.*get-runtime-status --id order-1/);
    });

    it("find instances whose ids would mean something in a URL", async () => {
      await run("start-new", "--function-name", "greet", "--id", "a b%&+ü");
      expect(await json("get-runtime-status", "--id", "a b%&+ü")).toMatchObject({ instanceId: "a b%&+ü" });
    });
  });
}
