import { defineCommand } from "../durable-command";
import type { HistoryRow } from "../durable-client";
import { shownValue } from "../output/json-value";
import { tableLines } from "../output/table";

const COLUMNS = [{ title: "TIME" }, { title: "EVENT" }, { title: "NAME" }, { title: "DETAILS", isLong: true }];

/** In this order, the first that is there tells most about an event. */
const DETAILS = ["Reason", "Result", "FireAt", "Input", "OrchestrationStatus"];

export const getHistory = defineCommand({
  name: "get-history",
  description: "show what has happened in an instance, event by event",
  instances: "one",
  options: {},
  examples: [
    ["--id order-7", "as a table"],
    ["--id order-7 --json", "with everything that is stored of each event"],
  ],
  async run({ client, instanceId }) {
    const events = await client.history(instanceId);
    return {
      json: events,
      lines: (screen) =>
        events.length === 0 ? ["Nothing has happened yet."] : tableLines(COLUMNS, events.map(cells), screen),
    };
  },
});

function cells(event: HistoryRow): readonly string[] {
  const name = shownValue(event["FunctionName"] ?? event["Name"]);
  const details = DETAILS.map((field) => shownValue(event[field])).find((text) => text !== "");
  return [event.Timestamp, event.EventType, name, details ?? ""];
}
