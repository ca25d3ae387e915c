import type { TelemetryClient } from "applicationinsights";
import { AzureDelivery } from "../../src/export/azure-delivery";

interface Envelope {
  sampleRate: number;
}

/** Takes what the client would send, and answers when it is told to. */
class Recorded {
  readonly sent: Envelope[][] = [];
  readonly answers: ((text: string) => void)[] = [];
  readonly warnings: string[] = [];
  readonly delivery: AzureDelivery;
  #buffer: Envelope[] = [];

  constructor() {
    const client = {
      config: {},
      channel: { send: (envelope: Envelope) => void this.#buffer.push(envelope) },
      trackTrace: () => client.channel.send({ sampleRate: 100 }),
      flush: ({ callback }: { callback: (text: string) => void }) => {
        this.sent.push(this.#buffer);
        this.#buffer = [];
        this.answers.push(callback);
      },
    };
    this.delivery = new AzureDelivery(client as unknown as TelemetryClient, (text) => this.warnings.push(text));
  }

  add(count: number, rate = 100): void {
    for (let item = 0; item < count; item++) this.delivery.add(rate, (client) => client.trackTrace({ message: "" }));
  }

  get sizes(): number[] {
    return this.sent.map((batch) => batch.length);
  }
}

let recorded: Recorded;
beforeEach(() => {
  jest.useFakeTimers();
  recorded = new Recorded();
});
afterEach(() => jest.useRealTimers());

const ALL = JSON.stringify({ itemsReceived: 2, itemsAccepted: 2, errors: [] });

describe("delivery to Application Insights", () => {
  it("sends once in a second, and at once when there is much", () => {
    recorded.add(2);
    expect(recorded.sizes).toEqual([]);
    jest.advanceTimersByTime(1000);
    expect(recorded.sizes).toEqual([2]);
    jest.advanceTimersByTime(5000);
    expect(recorded.sizes).toEqual([2]);
    recorded.add(1001);
    expect(recorded.sizes).toEqual([2, 1000]);
  });

  it("marks each item with the rate it was kept at", () => {
    recorded.add(1, 25);
    recorded.add(1, 12.5);
    void recorded.delivery.close();
    expect(recorded.sent[0]?.map(({ sampleRate }) => sampleRate)).toEqual([25, 12.5]);
  });

  it("waits at the end for all that is on its way", async () => {
    recorded.add(2);
    jest.advanceTimersByTime(1000);
    recorded.add(1);
    let isClosed = false;
    const closed = recorded.delivery.close().then(() => (isClosed = true));
    recorded.answers[1]?.(ALL);
    await jest.advanceTimersByTimeAsync(100);
    expect(isClosed).toBe(false);
    recorded.answers[0]?.(ALL);
    await closed;
    expect(recorded.sizes).toEqual([2, 1]);
    expect(recorded.warnings).toEqual([]);
  });

  it("holds 20,000 items at most while nobody takes them", async () => {
    recorded.add(20_001);
    expect(recorded.sizes).toEqual(Array.from({ length: 20 }, () => 1000));
    expect(recorded.warnings).toEqual([expect.stringContaining("dropped")]);
    recorded.answers[0]?.(ALL);
    await jest.advanceTimersByTimeAsync(0);
    recorded.add(1000);
    expect(recorded.sizes).toHaveLength(21);
  });

  it.each([
    [
      "[object Error]{ stack: 'Error: x\n  at y', message: 'connect ECONNREFUSED', name: 'Error'",
      "connect ECONNREFUSED",
    ],
    [JSON.stringify({ itemsReceived: 1, itemsAccepted: 0, errors: [{ message: "Invalid key" }] }), "Invalid key"],
    ["<h1>Unavailable</h1>", "<h1>Unavailable</h1>"],
  ])("tells of what has not arrived: %j", async (answer, problem) => {
    recorded.add(1);
    const closed = recorded.delivery.close();
    recorded.answers[0]?.(answer);
    await closed;
    expect(recorded.warnings).toEqual([`Application Insights has not got all of 1 items: ${problem}`]);
  });

  it("does not wait for ever for an answer", async () => {
    recorded.add(1);
    const closed = recorded.delivery.close();
    await jest.advanceTimersByTimeAsync(30_000);
    await closed;
    expect(recorded.warnings).toEqual([expect.stringContaining("no answer")]);
  });
});
