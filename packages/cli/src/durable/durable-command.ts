import type { Option } from "commander";
import type { TypedOption, ValuesOf } from "./command-options";
import type { DurableClient } from "./durable-client";
import type { Screen } from "./output/screen";

/** Which instance ids a command takes: after its name, or with `--id`. */
export type InstanceArgument = "none" | "one" | "optional" | "many";

export interface CommandContext {
  readonly client: DurableClient;
  /** As many as the command takes. */
  readonly instanceIds: readonly string[];
  /** The first of them; empty when the command takes none. */
  readonly instanceId: string;
  /** Nothing is executed until a host starts. */
  readonly isOffline: boolean;
  /** Asks on the terminal; undefined when there is none to ask on. */
  readonly confirm: (question: string) => Promise<boolean | undefined>;
}

export interface CommandResult {
  /** The one document of `--json`. */
  readonly json: unknown;
  /** The same for people. */
  readonly lines: (screen: Screen) => readonly string[];
  /** What people should know besides, on standard error. */
  readonly notes?: readonly string[];
}

/** One sub-command as data. */
export interface DurableCommand {
  readonly name: string;
  readonly description: string;
  readonly instances: InstanceArgument;
  readonly options: readonly Option[];
  /** Arguments after the command's name, with what they do. */
  readonly examples: readonly (readonly [args: string, meaning: string])[];
  /** What it asks for is done by a host: without one it waits until the next starts. */
  readonly needsHost: boolean;
  /** `raw`: values by option attribute, as commander has them. */
  run(raw: Readonly<Record<string, unknown>>, context: CommandContext): Promise<CommandResult>;
}

interface CommandSpec<Options> extends Omit<DurableCommand, "options" | "run" | "instances" | "needsHost"> {
  /** Default: none. */
  readonly instances?: InstanceArgument;
  readonly needsHost?: boolean;
  readonly options: Options;
  run(context: CommandContext, values: ValuesOf<Options>): Promise<CommandResult>;
}

/** Makes a command of its description; `run` gets the values of its options with their types. */
export function defineCommand<const Options extends Readonly<Record<string, TypedOption<unknown>>>>(
  spec: CommandSpec<Options>,
): DurableCommand {
  return {
    ...spec,
    instances: spec.instances ?? "none",
    needsHost: spec.needsHost ?? false,
    options: Object.values(spec.options).map(({ option }) => option),
    run(raw, context) {
      const values = Object.entries(spec.options).map(([key, { option, fallback }]) => {
        return [key, raw[option.attributeName()] ?? fallback] as const;
      });
      // Commander has parsed each by the parser that its type comes from.
      return spec.run(context, Object.fromEntries(values) as ValuesOf<Options>);
    },
  };
}
