import { instanceKind } from "@durable-host/engine";
import type { Store } from "../store";

interface Arrival {
  readonly instanceId: string;
  /** When it can be locked (milliseconds since the epoch, by the server's clock); null: at once. */
  readonly visibleTime: number | null;
}

/** Tells the dispatchers of this process what it has just saved, so that they need not wait for the next look. */
export function announce(store: Store, arrivals: readonly Arrival[]): void {
  const { signals, serverTime, clock } = store;
  for (const { instanceId, visibleTime } of arrivals) {
    const time = visibleTime === null ? undefined : serverTime.toLocal(visibleTime);
    if (time === undefined || time <= clock.now()) signals.mark(instanceKind(instanceId));
    else store.expectWorkAt(time);
  }
  signals.emit();
}
