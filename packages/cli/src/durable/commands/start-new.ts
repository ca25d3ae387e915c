import { json, requiredText, tags, text } from "../command-options";
import { defineCommand } from "../durable-command";

export const startNew = defineCommand({
  name: "start-new",
  description: "start an orchestration",
  options: {
    name: requiredText("--function-name <name>", "the orchestrator"),
    id: text("--id <id>", "id of the new instance (default: a new one)"),
    input: json("--input <json>", "its input: JSON, or @file.json"),
    version: text("--version <version>", "its version (default: defaultVersion in host.json)"),
    tags: tags("--tag <key:value>", "a tag by which it can be found; may be repeated"),
  },
  examples: [
    ["--function-name helloCities", "with a new id, which is printed"],
    [`--function-name processOrder --id order-7 --input '{"total": 12}'`, "with an id and an input of its own"],
    ["--function-name processOrder --input @order.json", "with the input from a file"],
  ],
  needsHost: true,
  async run({ client, isOffline }, { name, id, input, version, tags }) {
    const instanceId = await client.start({ name, instanceId: id, input, version, tags });
    return {
      json: { instanceId, functionName: name },
      lines: () => [`Started '${name}' with the instance id ${instanceId}.`],
      notes: isOffline
        ? [`Only the host knows its functions: if it has no orchestrator '${name}', the instance fails.`]
        : [],
    };
  },
});
