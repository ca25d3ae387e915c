import { flag } from "../command-options";
import { defineCommand } from "../durable-command";
import type { InstanceStatus } from "../durable-client";
import { shownValue } from "../output/json-value";
import type { Screen } from "../output/screen";
import { paintStatus } from "../output/status-color";
import { fieldLines } from "../output/table";

/** The output of these is the reason, which is what one looks for. */
const ENDED_BADLY = new Set(["Failed", "Terminated"]);

export const getRuntimeStatus = defineCommand({
  name: "get-runtime-status",
  description: "show the status of an instance",
  instances: "one",
  options: {
    showInput: flag("--show-input", "show its input"),
    showOutput: flag("--show-output", "show its output (the reason of a failure is always shown)"),
  },
  examples: [
    ["--id order-7", "how it stands"],
    ["--id order-7 --show-input --show-output --json", "all of it, for a script"],
  ],
  async run({ client, instanceId }, { showInput, showOutput }) {
    const { input, output, ...status } = await client.get(instanceId, showInput);
    const withOutput = showOutput || (ENDED_BADLY.has(status.runtimeStatus) && output !== null);
    const shown = { ...status, ...(showInput && { input }), ...(withOutput && { output }) };
    return { json: shown, lines: (screen) => lines(shown, screen) };
  },
});

type Shown = Omit<InstanceStatus, "input" | "output"> & Partial<Pick<InstanceStatus, "input" | "output">>;

function lines(shown: Shown, { color }: Screen): readonly string[] {
  const { runtimeStatus, customStatus } = shown;
  return fieldLines([
    ["Instance id", shown.instanceId],
    ["Name", shown.name],
    ["Status", color ? paintStatus(runtimeStatus, runtimeStatus) : runtimeStatus],
    ["Created", shown.createdTime],
    ["Last updated", shown.lastUpdatedTime],
    ...field("Custom status", customStatus),
    ...("input" in shown ? field("Input", shown.input, "null") : []),
    ...("output" in shown ? field("Output", shown.output, "null") : []),
  ]);
}

function field(name: string, value: unknown, fallback = ""): readonly (readonly [string, string])[] {
  const text = shownValue(value) || fallback;
  return text === "" ? [] : [[name, text]];
}
