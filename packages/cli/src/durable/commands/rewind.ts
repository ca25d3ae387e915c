import { text } from "../command-options";
import { defineCommand } from "../durable-command";

export const rewind = defineCommand({
  name: "rewind",
  description: "let a failed instance try again what failed in it",
  instances: "one",
  options: { reason: text("--reason <text>", "why; it is kept in the history") },
  examples: [[`--id order-7 --reason "the bank is back"`, "what succeeded before is not done again"]],
  needsHost: true,
  async run({ client, instanceId }, { reason }) {
    await client.rewind(instanceId, reason);
    return { json: { instanceId }, lines: () => [`Told the instance ${instanceId} to rewind.`] };
  },
});
