import type { Template } from "../template";
import { calls } from "./orchestrator";
import { queueName } from "./queue";

export const queueStarter: Template = {
  name: "queue-starter",
  aliases: [],
  title: "a durable orchestrator, an activity, and the queue function that starts it",
  suggestion: "fromQueue",
  uses: ["app", "df"],
  code: ({ name }) => `// Each message starts an instance, whose id is the message's: the same message never starts two.
app.storageQueue("${name}QueueStart", {
  queueName: "${queueName(name)}",
  connection: "AzureWebJobsStorage",
  extraInputs: [df.input.durableClient()],
  handler: async (message, context) => {
    const instanceId = String(context.triggerMetadata?.id ?? context.invocationId);
    await df.getClient(context).startNew("${name}Orchestrator", { instanceId, input: message });
    context.log(\`Started orchestration '\${instanceId}'.\`);
  },
});

// Calls the activity three times, one after the other. It is replayed: no input or output here, no clock, no randomness.
df.app.orchestration("${name}Orchestrator", function* (context) {
${calls(name)}
});

// Does the work. It runs at least once, and again when the process is lost meanwhile.
df.app.activity("${name}Activity", {
  handler: (city) => \`Hello, \${city}!\`,
});
`,
};
