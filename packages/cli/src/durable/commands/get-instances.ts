import { count, flag, tags, text } from "../command-options";
import { defineCommand } from "../durable-command";
import type { InstanceStatus } from "../durable-client";
import { shownValue } from "../output/json-value";
import { tableLines, type Column } from "../output/table";
import { CREATION_AND_STATUS } from "./instance-conditions";

const DEFAULT_TOP = 1000;

const COLUMNS: readonly Column[] = [
  { title: "INSTANCE ID" },
  { title: "NAME" },
  { title: "STATUS", isStatus: true },
  { title: "CREATED", isExtra: true },
  { title: "LAST UPDATED" },
  { title: "CUSTOM STATUS", isLong: true, isExtra: true },
];

export const getInstances = defineCommand({
  name: "get-instances",
  description: "list instances, oldest first",
  options: {
    ...CREATION_AND_STATUS,
    name: text("--name <name>", "only instances of this orchestrator"),
    prefix: text("--prefix <text>", "only instances whose id begins with this"),
    tags: tags("--tag <key:value>", "only instances with this tag; may be repeated"),
    customStatus: text("--custom-status <text>", "only instances whose custom status contains this"),
    top: count("--top <number>", "most instances to list", DEFAULT_TOP),
    continuationToken: text("--continuation-token <token>", "go on where an earlier list ended"),
    showInput: flag("--show-input", "show inputs"),
    showOutput: flag("--show-output", "show outputs"),
  },
  examples: [
    ["--runtime-status Failed", "what has failed"],
    ["--runtime-status Running Pending --created-before 2026-03-01", "what has been going on for long"],
    ["--prefix order- --top 20", "the first 20 whose id begins with order-"],
    ["--json --show-output", "for a script"],
  ],
  async run({ client }, { showInput, showOutput, ...conditions }) {
    const { instances, continuationToken } = await client.list({ ...conditions, showInput });
    const shown = instances.map((status) => ({
      ...status,
      input: showInput ? status.input : undefined,
      output: showOutput ? status.output : undefined,
    }));
    const columns = [
      ...COLUMNS,
      ...(showInput ? [{ title: "INPUT", isLong: true }] : []),
      ...(showOutput ? [{ title: "OUTPUT", isLong: true }] : []),
    ];
    const rows = shown.map((status) => [
      ...cells(status),
      ...(showInput ? [shownValue(status.input)] : []),
      ...(showOutput ? [shownValue(status.output)] : []),
    ]);
    const more = `There are more. Go on with --continuation-token ${continuationToken}, or list more at once with --top.`;
    return {
      json: { instances: shown, continuationToken: continuationToken ?? null },
      lines: (screen) => (rows.length === 0 ? ["No instances."] : tableLines(columns, rows, screen)),
      notes: continuationToken === undefined ? [] : [more],
    };
  },
});

function cells(status: Omit<InstanceStatus, "input" | "output">): readonly string[] {
  const { instanceId, name, runtimeStatus, createdTime, lastUpdatedTime, customStatus } = status;
  return [instanceId, name, runtimeStatus, createdTime, lastUpdatedTime, shownValue(customStatus)];
}
