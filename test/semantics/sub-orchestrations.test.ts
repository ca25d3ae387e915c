import { InProcessHub } from "./in-process-hub";

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    orchestrators: {
      // oxlint-disable-next-line require-yield -- it only tells what it is
      *child({ df }) {
        return { id: df.instanceId, parent: df.parentInstanceId, input: df.getInput() };
      },
      *calls({ df }) {
        const { ids, input } = df.getInput();
        const children: unknown[] = [];
        for (const id of ids) children.push(yield df.callSubOrchestrator("child", input, id ?? undefined));
        return children;
      },
      *callsItself({ df }) {
        const id: string = df.getInput() === "upper" ? df.instanceId.toUpperCase() : df.instanceId;
        yield df.callSubOrchestrator("child", null, id);
      },
      *callsAncestor({ df }) {
        if (df.parentInstanceId) yield df.callSubOrchestrator("child", null, df.parentInstanceId);
        else yield df.callSubOrchestrator("callsAncestor", null);
      },
    },
  });
});
afterAll(() => hub.stop());

interface Child {
  readonly id: string;
  readonly parent: string;
  readonly input: unknown;
}

async function children(ids: readonly (string | null)[], input: unknown) {
  const parent = await hub.run("calls", { ids, input });
  return { parent, children: JSON.parse(parent.output ?? "[]") as Child[] };
}

describe("a sub-orchestration", () => {
  it("is named after the execution that calls it and its own number, unless it is given an id [DF45]", async () => {
    const { parent, children: found } = await children([null, "given", null], 1);

    expect(found.map(({ id }) => id)).toEqual([`${parent.executionId}:0`, "given", `${parent.executionId}:2`]);
    expect(found.map((child) => child.parent)).toEqual(Array(3).fill(parent.instanceId));
    expect(await hub.hub.getInstance("given")).toMatchObject({ name: "child", runtimeStatus: "Completed" });
  });

  it.each(["same", "upper"])("under the id of its own caller fails that (%s case) [DF45]", async (input) => {
    const { runtimeStatus, output } = await hub.run("callsItself", input, `own-id-${input}`);

    expect(runtimeStatus).toBe("Failed");
    expect(output).toMatch(/^Orchestrator function 'callsItself' failed: .*own-id-/i);
  });

  it("under the id of its caller's parent fails too [DF45]", async () => {
    const { runtimeStatus, output } = await hub.run("callsAncestor", null, "the-ancestor");

    expect(runtimeStatus).toBe("Failed");
    expect(output).toContain("the-ancestor");
  });

  it.each(["text", "5", '"quoted"', "", { a: ["b"] }, 7, null])("gets the input %j as it is [DF46]", async (input) => {
    const { children: found } = await children([null], input);
    expect(found[0]?.input).toEqual(input);
  });
});
