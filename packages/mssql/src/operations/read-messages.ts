import type { MessageEvent, StoredMessage } from "@durable-host/engine";
import type { Row } from "../connection/sql-client";
import { Columns } from "../rows/columns";
import type { EventOwner } from "../rows/event-row";
import type { InstanceRow } from "../rows/instance-row";
import { decodeMessage } from "../rows/message-row";
import { readEventRow } from "../rows/read-rows";
import { parseTagsColumn } from "../rows/tags-column";
import type { PostponedMessage } from "./postpone-messages";

/** The messages of one locked instance, and what is to become of those that are not handed out. */
export interface ReadMessages {
  readonly messages: readonly StoredMessage[];
  /** Where the text of each message is. */
  readonly eventPayloads: ReadonlyMap<MessageEvent, string | null>;
  readonly postponed: readonly PostponedMessage[];
  /** What is wrong with those of them that nobody can read. */
  readonly problems: readonly string[];
}

/** @param now by the server's clock, milliseconds since the epoch */
export function readMessages(rows: readonly Row[], instance: InstanceRow, now: number): ReadMessages {
  const owner = ownerOf(instance);
  const messages: StoredMessage[] = [];
  const eventPayloads = new Map<MessageEvent, string | null>();
  const postponed: PostponedMessage[] = [];
  const problems: string[] = [];
  for (const row of rows) {
    const columns = new Columns(row);
    const sequenceNumber = columns.number("SequenceNumber");
    const decoded = decodeMessage({ ...readEventRow(row), sequenceNumber }, owner);
    if (decoded.type === "unreadable") {
      problems.push(decoded.problem);
      postponed.push({ sequenceNumber, until: null });
      continue;
    }
    const { dueAt, event } = decoded.message;
    // Microsoft's provider delivers scheduled operations at once, and their receiver sends them to itself until they are due.
    if (columns.numberOrNull("VisibleTime") === null && dueAt !== undefined && dueAt > now) {
      postponed.push({ sequenceNumber, until: dueAt });
      continue;
    }
    messages.push(decoded.message);
    eventPayloads.set(event, columns.textOrNull("PayloadID"));
  }
  return { messages, eventPayloads, postponed, problems };
}

function ownerOf({ instanceId, executionId, version, parentInstanceId, tags: column }: InstanceRow): EventOwner {
  const tags = parseTagsColumn(column);
  return { instanceId, executionId, version, parentInstanceId, ...(tags && { tags }) };
}
