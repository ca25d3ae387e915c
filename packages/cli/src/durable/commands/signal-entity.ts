import { json, requiredText } from "../command-options";
import { defineCommand } from "../durable-command";

export const signalEntity = defineCommand({
  name: "signal-entity",
  description: "send an operation to an entity, without waiting for its result",
  options: {
    entity: requiredText("--entity-name <name>", "name of the entity function"),
    key: requiredText("--entity-key <key>", "key of the entity"),
    operation: requiredText("--operation <name>", "the operation"),
    input: json("--input <json>", "its input: JSON, or @file.json"),
  },
  examples: [["--entity-name counter --entity-key main --operation add --input 5", "adds 5"]],
  needsHost: true,
  async run({ client }, { entity, key, operation, input }) {
    await client.signalEntity(entity, key, operation, input);
    return {
      json: { entityName: entity, entityKey: key, operation },
      lines: () => [`Signalled '${operation}' to the entity ${entity}, key '${key}'.`],
    };
  },
});
