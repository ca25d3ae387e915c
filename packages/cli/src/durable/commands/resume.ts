import { text } from "../command-options";
import { defineCommand } from "../durable-command";

export const resume = defineCommand({
  name: "resume",
  description: "let a suspended instance go on",
  instances: "one",
  options: { reason: text("--reason <text>", "why; it is kept in the history") },
  examples: [["--id order-7", "goes on with what has arrived meanwhile"]],
  needsHost: true,
  async run({ client, instanceId }, { reason }) {
    await client.resume(instanceId, reason);
    return { json: { instanceId }, lines: () => [`Told the instance ${instanceId} to resume.`] };
  },
});
