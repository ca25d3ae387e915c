import { purgeHistory } from "../../../src/durable/commands/purge-history";
import { DurableClient } from "../../../src/durable/durable-client";
import type { ManagementTarget } from "../../../src/durable/target/management-target";

/** What a person reads after a recursive purge that the management API has answered so. */
async function printed(answer: object): Promise<readonly string[]> {
  const target: ManagementTarget = {
    title: "the host at http://shop",
    isOffline: false,
    send: () => Promise.resolve({ status: 200, headers: {}, text: JSON.stringify(answer) }),
    deleteTaskHub: () => Promise.reject(new Error("not asked for")),
    close: () => Promise.resolve(),
  };
  const result = await purgeHistory.run(
    { recursive: true },
    {
      client: new DurableClient(target),
      instanceIds: ["parent"],
      instanceId: "parent",
      isOffline: false,
      confirm: () => Promise.resolve(undefined),
    },
  );
  return result.lines({ color: false });
}

describe("a recursive purge", () => {
  it("names the sub-orchestrations that it has left, because they run", async () => {
    expect(await printed({ instancesDeleted: 2, instancesLeftRunning: ["parent:1", "parent:2"] })).toEqual([
      "Deleted 2 instances.",
      "Left, because they still run: parent:1, parent:2.",
    ]);
  });

  it("is one line when nothing is left, and on a host that does not tell", async () => {
    expect(await printed({ instancesDeleted: 1, instancesLeftRunning: [] })).toEqual(["Deleted 1 instance."]);
    expect(await printed({ instancesDeleted: 1 })).toEqual(["Deleted 1 instance."]);
  });
});
