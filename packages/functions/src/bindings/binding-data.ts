import type { WireData } from "../wire/messages";

/**
 * What expressions such as `{queueTrigger}` or `{id}` in a binding refer to: the trigger's metadata, and what the trigger's
 * own value is made of (contract §2.6). Names ignore case.
 */
export type BindingData = Readonly<Record<string, unknown>>;

/** Binding data of a trigger: its metadata, under that the properties of its value if that is a JSON object. */
export function bindingDataOf(
  triggerData: WireData,
  triggerMetadata: Readonly<Record<string, WireData>> = {},
): BindingData {
  const metadata = Object.entries(triggerMetadata).map(([name, data]) => [name, plainValue(data)]);
  return { ...propertiesOf(plainValue(triggerData)), ...Object.fromEntries(metadata) };
}

/** The properties of a value that is an object, or JSON text of one. */
export function propertiesOf(value: unknown): BindingData {
  const parsed = typeof value === "string" ? parsedJson(value) : value;
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as BindingData) : {};
}

/** The value of typed data (contract §2.2), as far as an expression can refer to it. */
function plainValue(data: WireData): unknown {
  if ("string" in data) return data["string"];
  if (typeof data["json"] === "string") return parsedJson(data["json"]);
  return data["int"] ?? data["double"];
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
