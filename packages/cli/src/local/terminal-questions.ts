import { CommandFailure } from "../durable/command-failure";
import type { Questions } from "./local-command";

/** Asks on the terminal. The libraries for it are loaded with the first question: most commands ask none. */
export const terminalQuestions: Questions = {
  async select(message, choices) {
    const { default: select } = await import("@inquirer/select");
    return answered(select({ message, choices: [...choices], loop: false }));
  },
  async input(message, suggestion, check) {
    const { default: input } = await import("@inquirer/input");
    return answered(input({ message, default: suggestion, validate: (answer) => check(answer) ?? true }));
  },
};

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === "ExitPromptError") {
      throw new CommandFailure("Nothing was done.", { cause: error });
    }
    throw error;
  }
}
