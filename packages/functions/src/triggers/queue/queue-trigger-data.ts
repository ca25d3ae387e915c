import type { ReceivedMessageItem } from "@azure/storage-queue" with { "resolution-mode": "import" };
import { propertiesOf } from "../../bindings/binding-data";
import type { WireData } from "../../wire/messages";
import type { TriggerInvocation } from "../trigger-type";

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** What a function is given for a message: its text, or its bytes where the app asks for them, and what is known about it. */
export function queueInvocation(
  queueName: string,
  message: ReceivedMessageItem,
  content: Buffer,
  dataType: unknown,
): TriggerInvocation {
  const isBinary = typeof dataType === "string" && dataType.toLowerCase() === "binary";
  const { messageId, dequeueCount, insertedOn } = message;
  return {
    triggerData: isBinary ? { bytes: content.toString("base64") } : { string: content.toString() },
    triggerMetadata: queueMetadata(message, content),
    reason: `New queue message detected on '${queueName}'.`,
    details: `MessageId: ${messageId}, DequeueCount: ${dequeueCount}, InsertionTime: ${timeText(insertedOn)}`,
  };
}

/** Names and types as the official host sends them (contract §2.4); properties of a JSON message stand beside them. */
function queueMetadata(message: ReceivedMessageItem, content: Buffer): Readonly<Record<string, WireData>> {
  const text = validText(content);
  const own: Record<string, WireData> = {
    ...(text !== undefined && { QueueTrigger: { string: text } }),
    Id: { string: message.messageId },
    DequeueCount: { json: String(message.dequeueCount) },
    InsertionTime: timeData(message.insertedOn),
    ExpirationTime: timeData(message.expiresOn),
    NextVisibleTime: timeData(message.nextVisibleOn),
    PopReceipt: { string: message.popReceipt },
  };
  // The programming model lower-cases first letters: a property `id` would otherwise hide the message's own id.
  const taken = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const properties = Object.entries(propertiesOf(text))
    .filter(([name, value]) => !taken.has(name.toLowerCase()) && value !== null)
    .map(([name, value]) => [name, typeof value === "string" ? { string: value } : { json: JSON.stringify(value) }]);
  return { ...(Object.fromEntries(properties) as Record<string, WireData>), ...own };
}

function validText(content: Buffer): string | undefined {
  try {
    return UTF8.decode(content);
  } catch {
    return undefined;
  }
}

function timeData(time: Date): WireData {
  return { json: JSON.stringify(timeText(time)) };
}

/** As .NET writes it: whole seconds, with an offset. */
function timeText(time: Date): string {
  return time.toISOString().replace(/(?:\.\d+)?Z$/, "+00:00");
}
