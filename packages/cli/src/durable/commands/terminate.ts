import { flag, text } from "../command-options";
import { defineCommand } from "../durable-command";

export const terminate = defineCommand({
  name: "terminate",
  description: "end an instance at once",
  instances: "one",
  options: {
    reason: text("--reason <text>", "why; it becomes the output of the instance"),
    recursive: flag("--recursive", "also the orchestrations it has started and waits for"),
  },
  examples: [[`--id order-7 --reason "ordered twice"`, "activities that run already are not interrupted by it"]],
  needsHost: true,
  async run({ client, instanceId }, { reason, recursive }) {
    await client.terminate(instanceId, reason, recursive);
    return { json: { instanceId, recursive }, lines: () => [`Told the instance ${instanceId} to terminate.`] };
  },
});
