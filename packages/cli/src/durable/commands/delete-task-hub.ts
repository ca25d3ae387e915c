import { flag } from "../command-options";
import { CommandFailure } from "../command-failure";
import { defineCommand } from "../durable-command";

const QUESTION = "Delete every instance and entity of this task hub, running ones included? There is no way back.";

export const deleteTaskHub = defineCommand({
  name: "delete-task-hub",
  description: "delete every instance and entity of a task hub whose host does not run",
  options: { yes: flag("-y, --yes", "do not ask") },
  examples: [
    ["--offline", "the app's task hub, after a question"],
    ["--data-dir /var/lib/shop --yes", "without one, as in a script"],
  ],
  async run({ client, confirm, isOffline }, { yes }) {
    // A host refuses in any case; nobody needs to be asked before.
    const answer = yes || !isOffline ? true : await confirm(QUESTION);
    if (answer === undefined) throw new CommandFailure(`${QUESTION} There is no terminal to ask on: say --yes.`);
    if (!answer) throw new CommandFailure("Nothing was deleted.");
    await client.deleteTaskHub();
    return { json: { deleted: true }, lines: () => ["Deleted the task hub."] };
  },
});
