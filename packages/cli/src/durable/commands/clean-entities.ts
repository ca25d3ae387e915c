import { defineCommand } from "../durable-command";

export const cleanEntities = defineCommand({
  name: "clean-entities",
  description: "remove entities without state, and release locks whose orchestration has ended",
  options: {},
  examples: [["", "all entities of the task hub"]],
  needsHost: true,
  async run({ client }) {
    const cleaned = await client.cleanEntities();
    const { emptyEntitiesRemoved: removed, orphanedLocksReleased: released } = cleaned;
    return {
      json: cleaned,
      lines: () => [
        `Removed ${removed} empty ${removed === 1 ? "entity" : "entities"}, released ${released} ${released === 1 ? "lock" : "locks"}.`,
      ],
    };
  },
});
