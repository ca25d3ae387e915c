import type { Colors } from "picocolors/types";

/** Asks the person at the terminal. Rejects with CommandFailure when the answer is refused (Ctrl+C). */
export interface Questions {
  select<T extends string>(message: string, choices: readonly Choice<T>[]): Promise<T>;
  /** `check` returns what is wrong with an answer. */
  input(message: string, suggestion: string, check: (answer: string) => string | undefined): Promise<string>;
}

export interface Choice<T extends string = string> {
  readonly value: T;
  readonly name: string;
}

/** What a command that works on the files of an app gets from outside. */
export interface LocalSurroundings {
  /** Absolute. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly colors: Colors;
  /** A line on standard output: the result. */
  readonly print: (line: string) => void;
  /** A line on standard error: what a person should know besides. */
  readonly note: (line: string) => void;
  /** Absent: nobody is there to be asked. */
  readonly questions?: Questions;
  /** Runs a program in a folder, on this terminal; resolves to its exit code, or undefined when there is no such program. */
  readonly runProgram: (program: string, args: readonly string[], folder: string) => Promise<number | undefined>;
}

/** A command that was understood, ready to run. Rejects with CommandFailure or DurableHostError, whose message says it all. */
export type LocalAction = (surroundings: LocalSurroundings) => Promise<void>;

export type RunLocal = (action: LocalAction) => Promise<void>;
