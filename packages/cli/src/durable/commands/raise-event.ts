import { json, requiredText } from "../command-options";
import { defineCommand } from "../durable-command";

export const raiseEvent = defineCommand({
  name: "raise-event",
  description: "send an event to an instance",
  instances: "one",
  options: {
    eventName: requiredText("--event-name <name>", "the name the orchestrator waits for"),
    data: json("--event-data <json>", "its value: JSON, or @file.json (default: null)"),
  },
  examples: [
    ["--id order-7 --event-name Approval --event-data true", "with a value"],
    ["--id order-7 --event-name Approval --event-data @approval.json", "with the value from a file"],
  ],
  needsHost: true,
  async run({ client, instanceId }, { eventName, data }) {
    await client.raiseEvent(instanceId, eventName, data ?? "null");
    return {
      json: { instanceId, eventName },
      lines: () => [`Raised '${eventName}' to the instance ${instanceId}.`],
    };
  },
});
