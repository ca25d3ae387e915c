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

function lines({ instanceId, name, text, waitsFor, waitsForCount, holds }: Explanation): readonly string[] {
  const more = waitsForCount - waitsFor.length;
  return [
    `${instanceId} (${name}): ${oneLine(text)}`,
    ...(holds === undefined ? [] : [`It ${oneLine(holds.text)}.`]),
    ...(waitsFor.length === 0 ? [] : ["", "It waits for:"]),
    ...waitsFor.map((wait) => `  ${oneLine(wait.text)}`),
    ...(more > 0 ? [`  and ${more} more (--top lists more of them)`] : []),
  ];
}
