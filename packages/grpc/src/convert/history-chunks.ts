import type { HistoryEvent } from "@durable-host/engine";
import { pb } from "../proto/messages";
import { HistoryToProto } from "./history";

/** About how much of a history one message of a stream holds, in bytes (contract §4.6). */
const CHUNK_BYTES = 256 * 1024;

/** The whole history of an execution as clients see it (contract §8.8). */
export function historyChunks(history: readonly HistoryEvent[]): pb.HistoryChunk[] {
  return chunksOf(new HistoryToProto("client").convert(history));
}

/** Cuts a history into messages of about 256 KB; a larger event has one of its own. Empty for an empty history. */
export function chunksOf(events: readonly pb.HistoryEvent[]): pb.HistoryChunk[] {
  const chunks: pb.HistoryChunk[] = [];
  let part: pb.HistoryEvent[] = [];
  let size = 0;
  for (const event of events) {
    const bytes = event.serializeBinary().length;
    if (part.length > 0 && size + bytes > CHUNK_BYTES) {
      chunks.push(new pb.HistoryChunk().setEventsList(part));
      part = [];
      size = 0;
    }
    part.push(event);
    size += bytes;
  }
  if (part.length > 0) chunks.push(new pb.HistoryChunk().setEventsList(part));
  return chunks;
}
