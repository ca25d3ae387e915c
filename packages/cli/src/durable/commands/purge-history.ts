import { flag } from "../command-options";
import { CommandFailure } from "../command-failure";
import { defineCommand } from "../durable-command";
import type { Purged } from "../durable-client";
import { CREATION_AND_STATUS } from "./instance-conditions";

export const purgeHistory = defineCommand({
  name: "purge-history",
  description: "delete instances that have ended, with their histories",
  instances: "optional",
  options: {
    ...CREATION_AND_STATUS,
    recursive: flag("--recursive", "also the orchestrations they have started"),
  },
  examples: [
    ["--id order-7", "one instance"],
    ["--created-before 2026-01-01 --runtime-status Completed", "what completed, of last year and before"],
    ["", "everything that has ended"],
  ],
  async run({ client, instanceIds: [instanceId] }, { recursive, ...conditions }) {
    if (instanceId !== undefined && Object.values(conditions).some((value) => value !== undefined)) {
      throw new CommandFailure("Purge one instance by its id, or those that conditions select; not both at once.");
    }
    const purged =
      instanceId === undefined
        ? await client.purgeAll(conditions, recursive)
        : await client.purge(instanceId, recursive);
    return { json: purged, lines: () => lines(purged) };
  },
});

function lines({ instancesDeleted, instancesLeftRunning: left = [] }: Purged): readonly string[] {
  const deleted = `Deleted ${instancesDeleted} ${instancesDeleted === 1 ? "instance" : "instances"}.`;
  return left.length === 0 ? [deleted] : [deleted, `Left, because they still run: ${left.join(", ")}.`];
}
