import { text } from "../command-options";
import { defineCommand } from "../durable-command";

export const suspend = defineCommand({
  name: "suspend",
  description: "let an instance rest until it is resumed",
  instances: "one",
  options: { reason: text("--reason <text>", "why; it is kept in the history") },
  examples: [[`--id order-7 --reason "waits for the bank"`, "events that arrive meanwhile are kept"]],
  needsHost: true,
  async run({ client, instanceId }, { reason }) {
    await client.suspend(instanceId, reason);
    return { json: { instanceId }, lines: () => [`Told the instance ${instanceId} to suspend.`] };
  },
});
