/** What gRPC libraries take at most, in bytes, unless they are told otherwise (contract §1.4). */
export const USUAL_LIMIT_BYTES = 4 * 1024 * 1024;

/** A stream that ends longer after a message than this ends for another reason. */
const SOON_MS = 30_000;

/** So many streams in a row are no accident. */
const ENOUGH = 3;

/** Of more workers than these nothing is remembered; the oldest are forgotten. */
const MOST_REMEMBERED = 1_000;

/** A message that a worker may not be able to take. */
export interface LargeMessage {
  /** What is in it, for people. */
  readonly what: string;
  readonly bytes: number;
}

/** Messages that a worker has not taken. */
export interface Refusals {
  /** The newest. */
  readonly message: LargeMessage;
  readonly times: number;
  /** Size of the smallest, in bytes. */
  readonly smallest: number;
  /** It has happened so often that it is sent nothing of that size any more. */
  readonly isKnown: boolean;
}

/**
 * Learns what workers cannot receive, because no protocol says it: the gRPC library of a worker ends the stream when a message is
 * too large for it. The worker opens another, and would be sent the same message again, for ever. So what counts is that the same
 * worker comes back soon after it was sent a large message, which it has not answered: it has neither stopped nor crashed.
 */
export class MessageLimits {
  readonly #suspects = new Map<string, LargeMessage>();
  readonly #refusals = new Map<string, Refusals>();

  /** A stream has ended so long after this was sent on it, and it is not answered. */
  streamEnded(workerId: string, message: LargeMessage, afterMs: number): void {
    if (message.bytes <= USUAL_LIMIT_BYTES || afterMs > SOON_MS) return;
    const known = this.#suspects.get(workerId);
    if (!known || known.bytes < message.bytes) remember(this.#suspects, workerId, message);
  }

  /** The worker has another stream. Returns what it has refused, if a message seems to have ended the one before. */
  workerBack(workerId: string): Refusals | undefined {
    const message = this.#suspects.get(workerId);
    if (!message) return undefined;
    this.#suspects.delete(workerId);
    const before = this.#refusals.get(workerId);
    const times = (before?.times ?? 0) + 1;
    const smallest = Math.min(before?.smallest ?? message.bytes, message.bytes);
    const refusals = { message, times, smallest, isKnown: times >= ENOUGH };
    remember(this.#refusals, workerId, refusals);
    return refusals;
  }

  /** The worker has answered, or given back, a message of this size. */
  received(workerId: string, bytes: number): void {
    if (bytes <= USUAL_LIMIT_BYTES) return;
    if (bytes >= (this.#suspects.get(workerId)?.bytes ?? Infinity)) this.#suspects.delete(workerId);
    if (bytes >= (this.#refusals.get(workerId)?.smallest ?? Infinity)) this.#refusals.delete(workerId);
  }

  isTooLarge(workerId: string, bytes: number): boolean {
    const refusals = this.#refusals.get(workerId);
    return refusals !== undefined && refusals.isKnown && bytes >= refusals.smallest;
  }
}

/** What the log says of it. */
export function refusalText(workerId: string, { message, times, smallest, isKnown }: Refusals): string {
  const size = megabytes(message.bytes);
  const happened = `Worker '${workerId}' has ended its stream when it was sent ${message.what}, a message of ${size}, and has come back`;
  if (!isKnown) return `${happened} (${times} of ${ENOUGH} times). ${ADVICE}`;
  return `${happened}. It is sent no messages of ${megabytes(smallest)} and more from now on. ${ADVICE}`;
}

/** Why work fails that no worker can be sent. */
export function tooLargeText({ what, bytes }: LargeMessage): string {
  return `The message with ${what} has ${megabytes(bytes)}, which is more than its workers can receive. ${ADVICE}`;
}

const ADVICE =
  "gRPC libraries take no message over 4 MB unless they are told to: raise the limit in the worker, or keep large payloads elsewhere (docs/scheduler.md, Large payloads).";

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function remember<Value>(map: Map<string, Value>, workerId: string, value: Value): void {
  map.delete(workerId);
  map.set(workerId, value);
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size > MOST_REMEMBERED) map.delete(oldest);
}
