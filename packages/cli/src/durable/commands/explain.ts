import { count } from "../command-options";
import { defineCommand } from "../durable-command";
import type { Explanation } from "../durable-client";
import { oneLine } from "../output/table";

const DEFAULT_TOP = 100;

export const explain = defineCommand({
  name: "explain",
  description: "tell what an instance or entity waits for, since when, and who has it",
  instances: "one",
  options: { top: count("--top <number>", "most tasks to list that it waits for", DEFAULT_TOP) },
  examples: [
    ["--id order-7", "why it does not go on"],
    ["--id @inventory@chair", "who holds the lock of an entity"],
    ["--id order-7 --json", "with everything the text was made from"],
  ],
  async run({ client, instanceId, isOffline }, { top }) {
    const explanation = await client.explain(instanceId, top);
    const offline = "Only a running host can look into the code: external events that it waits for are not listed.";
    return {
      json: explanation,
      lines: () => lines(explanation),
      notes: isOffline ? [offline] : [],
    };
  },
});

/** The summary names the first of what it waits for; the list is for when there are more. */
function lines({ instanceId, name, text, waitsFor, waitsForCount, holds }: Explanation): readonly string[] {
  const left = waitsForCount - waitsFor.length;
  return [
    `${instanceId}${name === instanceId ? "" : ` (${name})`}: ${oneLine(text)}`,
    ...(holds === undefined ? [] : [`  ${oneLine(holds.text)}`]),
    ...(waitsForCount > 1 ? waitsFor.map((wait) => `  ${oneLine(wait.text)}`) : []),
    ...(left > 0 ? [`  and ${left} more (--top lists more of them)`] : []),
  ];
}
