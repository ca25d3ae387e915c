import {
  DurableHostError,
  NotForThisWorker,
  type Clock,
  type FunctionKind,
  type IdSource,
  type Logger,
} from "@durable-host/engine";
import { messageTooLarge } from "../convert/unsent";
import { encodeWorkItem } from "../proto/encoded-messages";
import type { ConnectedWorker } from "./connected-worker";
import { tooLargeText, USUAL_LIMIT_BYTES, type MessageLimits } from "./message-limits";
import { RepeatedAbandons } from "./repeated-abandons";
import type { Delivery, Entry, RemoteItem } from "./remote-item";
import type { StreamEnd } from "./work-item-sink";

/** How long work that no connected worker takes is left alone: another host may have a worker that does. */
const NOBODY_TAKES_IT_MS = 2_000;

/** How long work waits for a worker with room, and then is left alone, so that it does not stand in the way of other work. */
const LONGEST_WAIT_MS = 10_000;
const BUSY_RETRY_MS = 1_000;

/**
 * How long a worker that has cancelled its stream may take to answer what it has, before another gets it (contract §3.4).
 * Activities take their time; what replays and applies does not.
 */
const HELD_MS: Readonly<Record<FunctionKind, number>> = { orchestration: 5_000, activity: 30_000, entity: 5_000 };

export interface WorkDeskOptions {
  readonly kind: FunctionKind;
  /** Those who are connected, in the order in which they came; shared with the other desks. */
  readonly workers: ReadonlySet<ConnectedWorker>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Shared with the other desks. */
  readonly limits: MessageLimits;
}

/** Hands the work items of one kind to workers and takes their answers; W1 to W4 of `HubWorkers` are kept here. */
export class WorkDesk<Response> {
  readonly #options: WorkDeskOptions;
  readonly #queue: Entry<Response>[] = [];
  readonly #deliveries = new Map<string, Delivery<Response>>();
  readonly #entries = new Map<string, Entry<Response>>();
  readonly #abandons = new RepeatedAbandons();

  constructor(options: WorkDeskOptions) {
    this.#options = options;
  }

  /** Sends a work item to a worker, now or when one has room. Returns a function by which whoever asked for it gives it up. */
  offer(item: RemoteItem<Response>): () => void {
    const entry: Entry<Response> = {
      item,
      deliveries: [],
      tooLargeFor: new Set(),
      queued: false,
      cancelAlarm: undefined,
    };
    if (!this.#candidates(entry).length) {
      item.failed(new NotForThisWorker(`No connected worker takes '${item.name}'.`, NOBODY_TAKES_IT_MS));
      return () => undefined;
    }
    this.#entries.set(item.address, entry);
    this.#place(entry, "last");
    return () => this.#fail(entry, new DurableHostError("WORKER_LOST", "Nobody waits for the worker any longer."));
  }

  /** Takes an answer; false when there is nothing (any longer) that it answers. */
  answer(token: string, address: string, response: Response): boolean {
    const delivery = this.find(token, address);
    const entry = delivery?.entry;
    if (delivery) this.#release(delivery);
    if (!entry) {
      this.deliverNext();
      return false;
    }
    this.#abandons.forget(entry.item.address);
    this.#drop(entry);
    entry.item.answered(response);
    this.deliverNext();
    return true;
  }

  /** By its token; by the address of its work item when the worker sends none. */
  find(token: string, address: string): Delivery<Response> | undefined {
    return token === "" ? this.#entries.get(address)?.deliveries.at(-1) : this.#deliveries.get(token);
  }

  /** What is with a worker, or waits for one, under an address. */
  itemAt(address: string): RemoteItem<Response> | undefined {
    return this.#entries.get(address)?.item;
  }

  /** The worker gives the work item back: it goes to the dispatcher for a while, longer each time. False: there is none. */
  abandon(token: string, address = ""): boolean {
    const delivery = this.find(token, address);
    const entry = delivery?.entry;
    if (delivery) this.#release(delivery);
    if (!delivery || !entry) {
      // Nobody waits for it any longer; the worker has room for other work.
      this.deliverNext();
      return false;
    }
    if (entry.deliveries.at(-1) !== delivery) {
      // Somebody else has it by now.
      entry.deliveries.splice(entry.deliveries.indexOf(delivery), 1);
      return true;
    }
    const retryInMs = this.#abandons.add(entry.item.address, delivery.worker.workerId);
    this.#fail(entry, new NotForThisWorker("The worker has given it back.", retryInMs));
    this.deliverNext();
    return true;
  }

  /** Sends a work item once more, at once, unless somebody else has it by now: the worker has something to ask about it. */
  redeliver(delivery: Delivery<Response>): void {
    const { entry } = delivery;
    this.#release(delivery);
    if (!entry) return;
    const isLast = entry.deliveries.at(-1) === delivery;
    entry.deliveries.splice(entry.deliveries.indexOf(delivery), 1);
    if (isLast && !entry.queued) this.#place(entry, "first");
    this.deliverNext();
  }

  /** A worker has come, or has room again. */
  deliverNext(): void {
    for (const entry of [...this.#queue]) {
      const worker = this.#choose(entry);
      if (worker) this.#deliver(entry, worker);
    }
  }

  /** A stream has ended; its worker is no longer among those who are connected. */
  workerEnded(worker: ConnectedWorker, how: StreamEnd): void {
    for (const delivery of [...this.#deliveries.values()]) {
      if (delivery.worker !== worker) continue;
      const { entry } = delivery;
      if (entry && !delivery.ended) this.#suspect(delivery, entry);
      delivery.ended = true;
      if (!entry) this.#deliveries.delete(delivery.token);
      else if (entry.deliveries.at(-1) === delivery && !entry.queued) this.#afterStream(entry, how);
    }
  }

  /** A worker is back that has not taken large messages: what they were need not be held for it. */
  workerBack(workerId: string): void {
    for (const delivery of [...this.#deliveries.values()]) {
      const { worker, ended, bytes, entry } = delivery;
      if (!ended || worker.workerId !== workerId || bytes <= USUAL_LIMIT_BYTES) continue;
      if (entry?.deliveries.at(-1) === delivery && !entry.queued) this.#place(entry, "first");
    }
  }

  #suspect({ worker, bytes, sentAt }: Delivery<Response>, { item }: Entry<Response>): void {
    const { limits, clock } = this.#options;
    limits.streamEnded(worker.workerId, { what: item.what, bytes }, clock.now() - sentAt);
  }

  #afterStream(entry: Entry<Response>, how: StreamEnd): void {
    entry.cancelAlarm?.();
    if (how === "broken") {
      this.#place(entry, "first");
      return;
    }
    entry.cancelAlarm = this.#options.clock.schedule(HELD_MS[this.#options.kind], () => this.#place(entry, "first"));
  }

  /** Delivers it or puts it into the queue. */
  #place(entry: Entry<Response>, where: "first" | "last"): void {
    const worker = this.#choose(entry);
    if (worker) {
      this.#deliver(entry, worker);
      return;
    }
    entry.queued = true;
    if (where === "first") this.#queue.unshift(entry);
    else this.#queue.push(entry);
    entry.cancelAlarm?.();
    entry.cancelAlarm = this.#options.clock.schedule(LONGEST_WAIT_MS, () => {
      this.#fail(entry, new NotForThisWorker(`No worker has had room for '${entry.item.name}'.`, BUSY_RETRY_MS));
    });
  }

  #deliver(entry: Entry<Response>, worker: ConnectedWorker): void {
    this.#unqueue(entry);
    const { kind, clock, ids, limits } = this.#options;
    const token = ids.newGuid();
    const message = entry.item.message(worker).setCompletiontoken(token);
    const bytes = encodeWorkItem(message);
    if (limits.isTooLarge(worker.workerId, bytes)) {
      entry.tooLargeFor.add(worker.workerId);
      this.#placeElsewhere(entry, bytes);
      return;
    }
    const delivery: Delivery<Response> = { token, worker, bytes, sentAt: clock.now(), entry, ended: false };
    entry.deliveries.push(delivery);
    this.#deliveries.set(token, delivery);
    worker.deliver(kind, message);
  }

  /** Rather a failure that says why than to wait for ever for a worker that takes such messages. */
  #placeElsewhere(entry: Entry<Response>, bytes: number): void {
    if (this.#candidates(entry).length > 0) {
      this.#place(entry, "first");
      return;
    }
    const { item } = entry;
    const text = tooLargeText({ what: item.what, bytes });
    this.#options.logger.warn(text);
    this.#drop(entry);
    item.answered(item.unsent(messageTooLarge(text)));
  }

  /** Of the workers that take it and have room the one with the least to do. */
  #choose(entry: Entry<Response>): ConnectedWorker | undefined {
    const { kind } = this.#options;
    let chosen: ConnectedWorker | undefined;
    for (const worker of this.#candidates(entry)) {
      if (!worker.hasRoom(kind)) continue;
      if (!chosen || worker.inFlight(kind) < chosen.inFlight(kind)) chosen = worker;
    }
    return chosen;
  }

  /** Who takes it; not the one that has given it back if there is another. */
  #candidates({ item, tooLargeFor }: Entry<Response>): readonly ConnectedWorker[] {
    const { kind, workers } = this.#options;
    const taking = [...workers].filter(
      (worker) => worker.takes(kind, item.name, item.version) && !tooLargeFor.has(worker.workerId),
    );
    const others = taking.filter(({ workerId }) => !this.#abandons.isBy(item.address, workerId));
    return others.length > 0 ? others : taking;
  }

  #fail(entry: Entry<Response>, error: Error): void {
    this.#drop(entry);
    entry.item.failed(error);
  }

  /** The work item is done: of its deliveries only those are remembered whose workers still have it. */
  #drop(entry: Entry<Response>): void {
    this.#unqueue(entry);
    if (this.#entries.get(entry.item.address) === entry) this.#entries.delete(entry.item.address);
    for (const delivery of entry.deliveries) {
      delivery.entry = undefined;
      if (delivery.ended) this.#deliveries.delete(delivery.token);
    }
  }

  #unqueue(entry: Entry<Response>): void {
    entry.cancelAlarm?.();
    entry.cancelAlarm = undefined;
    if (!entry.queued) return;
    entry.queued = false;
    this.#queue.splice(this.#queue.indexOf(entry), 1);
  }

  #release({ token, worker, bytes, ended }: Delivery<Response>): void {
    this.#options.limits.received(worker.workerId, bytes);
    if (this.#deliveries.delete(token) && !ended) worker.release(this.#options.kind);
  }
}
