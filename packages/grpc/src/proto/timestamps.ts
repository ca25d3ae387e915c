import { Timestamp } from "google-protobuf/google/protobuf/timestamp_pb";

const NANOS_PER_MS = 1_000_000;

/** A time in milliseconds since the epoch as a message; undefined: absent. */
export function wrapTime(time: number): Timestamp;
export function wrapTime(time: number | undefined): Timestamp | undefined;
export function wrapTime(time: number | undefined): Timestamp | undefined {
  if (time === undefined) return undefined;
  const seconds = Math.floor(time / 1000);
  return new Timestamp().setSeconds(seconds).setNanos(Math.round((time - seconds * 1000) * NANOS_PER_MS));
}

/** Whole milliseconds since the epoch, never earlier than the message says: what is due then must not be early. */
export function timeOf(message: Timestamp): number;
export function timeOf(message: Timestamp | undefined): number | undefined;
export function timeOf(message: Timestamp | undefined): number | undefined {
  return message && message.getSeconds() * 1000 + Math.ceil(message.getNanos() / NANOS_PER_MS);
}

/** The same, but undefined for the epoch itself, too: SDKs send it for "now" (contract §8.1). */
export function laterTimeOf(message: Timestamp | undefined): number | undefined {
  return timeOf(message) || undefined;
}
