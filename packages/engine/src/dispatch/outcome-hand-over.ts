import type {
  ActivityOutcome,
  ActivityWorkItem,
  OrchestrationWorkItem,
  StorageProvider,
} from "../ports/storage-provider";
import type { Dispatcher } from "./dispatcher";
import type { ArrivedOutcome, OrchestrationProcessor } from "./orchestration-processor";

interface Offer extends ArrivedOutcome {
  readonly settle: (taken: boolean) => void;
}

export interface OutcomeHandOverOptions {
  readonly provider: StorageProvider;
  readonly dispatcher: Dispatcher<OrchestrationWorkItem>;
  readonly processor: OrchestrationProcessor;
}

/**
 * Takes the outcomes of activities straight into the next episode of their orchestrations, where the store can lock a
 * single instance (`lockInstance`): outcome and episode are saved in one commit, and an orchestration of _n_ steps needs _n_
 * flushes of the store instead of _2n_.
 *
 * H1 nothing is lost by trying: until that commit the activity task is in the store, and an outcome that could not be taken
 *    is sent as a message, as it would have been without this;
 * H2 all outcomes that arrive together for one instance, in one read of the pipe, share an episode.
 */
export class OutcomeHandOver {
  readonly #options: OutcomeHandOverOptions;
  #offers = new Map<string, Offer[]>();

  constructor(options: OutcomeHandOverOptions) {
    this.#options = options;
  }

  /** Resolves to whether the outcome has been recorded and its task ended. */
  offer(item: ActivityWorkItem, outcome: ActivityOutcome): Promise<boolean> {
    const { provider, dispatcher } = this.#options;
    if (!provider.lockInstance || !dispatcher.takesWork) return Promise.resolve(false);
    return new Promise((settle) => {
      if (this.#offers.size === 0) queueMicrotask(() => this.#takeAll());
      const offers = this.#offers.get(item.task.instanceId) ?? [];
      offers.push({ item, outcome, settle });
      this.#offers.set(item.task.instanceId, offers);
    });
  }

  #takeAll(): void {
    const all = this.#offers;
    this.#offers = new Map();
    for (const [instanceId, offers] of all) {
      void this.#take(instanceId, offers).then((taken) => {
        for (const offer of offers) offer.settle(taken.includes(offer));
      });
    }
  }

  /** Runs the episode; returns the offers that were recorded by it. */
  async #take(instanceId: string, offers: readonly Offer[]): Promise<readonly Offer[]> {
    const { provider, dispatcher, processor } = this.#options;
    const executionId = offers[0]?.item.task.executionId ?? "";
    const current = offers.filter((offer) => offer.item.task.executionId === executionId);
    try {
      const work = await provider.lockInstance?.(instanceId, executionId);
      if (!work) return [];
      const done = await dispatcher.adopt(work, (signal, onExecuted) =>
        processor.process(work, signal, onExecuted, current),
      );
      if (done) return current;
      // If it was the lock on an activity that was lost, that on the instance is still held.
      await provider.abandon(work, 0);
    } catch {
      // A store that cannot be reached will say so again when the outcomes are sent as messages.
    }
    return [];
  }
}
