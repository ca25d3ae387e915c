import type { Template } from "../template";

export const queue: Template = {
  name: "queue",
  aliases: ["Azure Queue Storage trigger", "Queue trigger"],
  title: "a function that runs for each message of a storage queue",
  suggestion: "queueTrigger",
  uses: ["app"],
  code: ({ name }) => `// The connection is that of the app setting AzureWebJobsStorage.
app.storageQueue("${name}", {
  queueName: "${queueName(name)}",
  connection: "AzureWebJobsStorage",
  handler: async (message, context) => {
    context.log("Message:", message);
  },
});
`,
};

/** A name that Azure Storage takes: 3 to 63 lower-case letters, digits and single dashes. */
export function queueName(functionName: string): string {
  const words = functionName.replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
  const name = words.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return `${name}-items`.slice(-63).replace(/^-/, "");
}
