import { pb } from "./messages";

/** Wire type of what has a length: texts and messages. */
const LENGTH_DELIMITED = 2;

const PAST_EVENTS = tag(3);
const ORCHESTRATOR_REQUEST = tag(1);
const COMPLETION_TOKEN = tag(10);

/**
 * An event as it is in the list of past events of a request, ready to be sent. Every work item of an orchestration carries its
 * whole history, and encoding it is most of the work of sending it: so each event is encoded once.
 */
export function encodePastEvent(event: pb.HistoryEvent): Uint8Array {
  return framed(PAST_EVENTS, [event.serializeBinary()]);
}

/** The events again, for those who want them in other messages. */
export function decodePastEvents(encoded: readonly Uint8Array[]): readonly pb.HistoryEvent[] {
  return encoded.flatMap((event) => pb.OrchestratorRequest.deserializeBinary(event).getPasteventsList());
}

/** A work item with a request whose past events are encoded already; `request` holds everything else. */
export function orchestrationWorkItem(request: pb.OrchestratorRequest, pastEvents: readonly Uint8Array[]): pb.WorkItem {
  const item = new pb.WorkItem().setOrchestratorrequest(request);
  if (pastEvents.length === 0) return item;
  item.serializeBinary = () =>
    joined([
      framed(ORCHESTRATOR_REQUEST, [...pastEvents, request.serializeBinary()]),
      framed(COMPLETION_TOKEN, [Buffer.from(item.getCompletiontoken())]),
    ]);
  return item;
}

/** Encodes a work item, once: what sends it finds it done. Returns its size in bytes. */
export function encodeWorkItem(item: pb.WorkItem): number {
  const bytes = item.serializeBinary();
  item.serializeBinary = () => bytes;
  return bytes.length;
}

function tag(field: number): number {
  return (field << 3) | LENGTH_DELIMITED;
}

function framed(fieldTag: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return joined([Uint8Array.from([fieldTag, ...varint(length)]), ...parts]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
