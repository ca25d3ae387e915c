import { flag } from "../command-options";
import { defineCommand } from "../durable-command";

export const restart = defineCommand({
  name: "restart",
  description: "start again, from the beginning, what an instance was started with",
  instances: "one",
  options: { keepId: flag("--keep-id", "under the same id, which replaces the instance; it must have ended") },
  examples: [
    ["--id order-7", "as a new instance, whose id is printed"],
    ["--id order-7 --keep-id", "in place of the old one"],
  ],
  needsHost: true,
  async run({ client, instanceId }, { keepId }) {
    const restarted = await client.restart(instanceId, !keepId);
    return {
      json: { instanceId: restarted, restartedFrom: instanceId },
      lines: () => [`Restarted the instance ${instanceId} as ${restarted}.`],
    };
  },
});
