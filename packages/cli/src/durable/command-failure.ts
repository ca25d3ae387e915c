/** A durable command was refused or could not be done. `message` is for people: what happened, and what to do. */
export class CommandFailure extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "CommandFailure";
  }
}
