import type { TelemetryClient } from "applicationinsights";

/** Application Insights shows items a little later anyway. */
const DELAY_MS = 1000;
const BATCH_SIZE = 1000;
/** What a slow receiver keeps from being sent is dropped from here on. */
const MOST_HELD = 20_000;
/** The client gives up after 20 s, but for connections that are cut off in the middle of an answer. */
const ANSWER_MS = 30_000;

/** Sends what a client is given in batches, and tells of what does not arrive. */
export class AzureDelivery {
  readonly #client: TelemetryClient;
  readonly #warn: (message: string) => void;
  readonly #sending = new Set<Promise<void>>();
  #waiting = 0;
  #inFlight = 0;
  #rate = 100;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: TelemetryClient, warn: (message: string) => void) {
    this.#client = client;
    this.#warn = warn;
    const { channel, config } = client;
    // Batches that the client sends by itself can neither be waited for, nor is their answer known.
    config.maxBatchSize = Number.POSITIVE_INFINITY;
    config.maxBatchIntervalMs = ANSWER_MS;
    const send = channel.send.bind(channel);
    // Had the item its rate any earlier, the client would draw lots once more.
    channel.send = (envelope) => send(Object.assign(envelope, { sampleRate: this.#rate }));
  }

  /** Has one item tracked. `rate`: the percentage of its like that is sent. */
  add(rate: number, track: (client: TelemetryClient) => void): void {
    if (this.#waiting + this.#inFlight >= MOST_HELD) {
      this.#warn("Application Insights takes less than there is; items are dropped.");
      return;
    }
    this.#rate = rate;
    track(this.#client);
    this.#waiting++;
    if (this.#waiting >= BATCH_SIZE) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), DELAY_MS);
  }

  /** Sends what waits, and waits for all answers. */
  async close(): Promise<void> {
    this.#send();
    await Promise.all(this.#sending);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const count = this.#waiting;
    if (count === 0) return;
    this.#waiting = 0;
    this.#inFlight += count;
    const sent = this.#answer().then((answer) => {
      this.#inFlight -= count;
      this.#sending.delete(sent);
      const problem = problemIn(answer);
      if (problem !== undefined) this.#warn(`Application Insights has not got all of ${count} items: ${problem}`);
    });
    this.#sending.add(sent);
  }

  #answer(): Promise<string> {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve("There is no answer."), ANSWER_MS);
      late.unref();
      const callback = (answer: string): void => {
        clearTimeout(late);
        resolve(answer);
      };
      this.#client.flush({ callback });
    });
  }
}

interface Answer {
  readonly itemsReceived?: number;
  readonly itemsAccepted?: number;
  readonly errors?: readonly { readonly message?: string }[];
}

/** The client hands on the body of whatever answer there is, or its own print of an error. Undefined: all has arrived. */
function problemIn(text: string): string | undefined {
  if (text === "") return undefined;
  const thrown = /', message: '([^]*)', name: '/.exec(text)?.[1];
  if (thrown !== undefined) return thrown;
  try {
    const { itemsReceived, itemsAccepted, errors = [] } = JSON.parse(text) as Answer;
    if (itemsReceived !== undefined && itemsReceived === itemsAccepted) return undefined;
    return errors[0]?.message ?? text;
  } catch {
    return text;
  }
}
