import type { HostResponse } from "@durable-host/functions";
import { withRequestLimit } from "../../src/server/request-limit";
import { aRequest } from "./a-request";
import { deferred } from "./exchange";

const UNLIMITED = Number.POSITIVE_INFINITY;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A handler whose answers come when the test says so. */
function limited(maxConcurrent: number, maxOutstanding = UNLIMITED) {
  const entered: ReturnType<typeof deferred<HostResponse | undefined>>[] = [];
  const { handle, isFull } = withRequestLimit(
    () => {
      const answer = deferred<HostResponse | undefined>();
      entered.push(answer);
      return answer.promise;
    },
    { maxConcurrent, maxOutstanding },
  );
  const ok = (index: number) => entered[index]?.resolve({ status: 200, headers: [] });
  return { entered, isFull, ok, send: (request = aRequest("GET /api/x")) => handle(request) };
}

describe("a limit of requests", () => {
  it("refuses what is too much with 429, and takes the next when one has been answered [FH54]", async () => {
    const { send, ok, isFull } = limited(1);
    const first = send();
    expect(isFull()).toBe(true);
    expect(await send()).toEqual({ status: 429, headers: [["X-FUNCTION-SCALEOUT", "1"]] });
    await turn();
    ok(0);
    expect((await first)?.status).toBe(200);
    expect(isFull()).toBe(false);
  });

  it("lets as many wait as may be outstanding, in their order [FH54]", async () => {
    const { send, ok, entered } = limited(1, 2);
    const [first, second] = [send(), send()];
    expect((await send())?.status).toBe(429);
    await turn();
    expect(entered).toHaveLength(1);
    ok(0);
    await first;
    await turn();
    expect(entered).toHaveLength(2);
    ok(1);
    expect((await second)?.status).toBe(200);
  });

  it("holds for outstanding requests alone, too", async () => {
    const { send, entered } = limited(UNLIMITED, 2);
    void send();
    void send();
    expect((await send())?.status).toBe(429);
    await turn();
    expect(entered).toHaveLength(2);
  });

  it("counts a streamed answer until it has been sent or its client has gone", async () => {
    const { send, entered, isFull } = limited(1);
    const client = new AbortController();
    const body = async function* () {
      yield Buffer.from("a");
      yield Buffer.from("b");
    };
    const first = send();
    await turn();
    entered[0]?.resolve({ status: 200, headers: [], body: body() });
    const streamed = (await first)?.body as AsyncIterable<Uint8Array>;
    expect(isFull()).toBe(true);
    const pieces: string[] = [];
    for await (const piece of streamed) pieces.push(String(piece));
    expect(pieces).toEqual(["a", "b"]);
    expect(isFull()).toBe(false);

    const second = send({ ...aRequest("GET /api/x"), signal: client.signal });
    await turn();
    entered[1]?.resolve({ status: 200, headers: [], body: body() });
    await second;
    expect(isFull()).toBe(true);
    client.abort();
    expect(isFull()).toBe(false);
  });

  it("is not used up by a streamed answer that nobody begins to read", async () => {
    const { send, entered, isFull } = limited(1);
    let isLeft = false;
    const source: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => source,
      next: () => new Promise(() => undefined),
      async return() {
        isLeft = true;
        return { done: true, value: undefined };
      },
    };
    const answer = send();
    await turn();
    entered[0]?.resolve({ status: 200, headers: [], body: source });
    const body = (await answer)?.body as AsyncIterable<Uint8Array>;
    expect(isFull()).toBe(true);
    await body[Symbol.asyncIterator]().return?.();
    expect(isFull()).toBe(false);
    expect(isLeft).toBe(true);
  });

  it("is not used up by failures and by paths that are nobody's", async () => {
    const failing = withRequestLimit(() => Promise.reject(new Error("no")), { maxConcurrent: 1, maxOutstanding: 1 });
    await expect(failing.handle(aRequest("GET /api/x"))).rejects.toThrow("no");
    await expect(failing.handle(aRequest("GET /api/x"))).rejects.toThrow("no");
    const { send, entered, isFull } = limited(1);
    const nobody = send();
    await turn();
    entered[0]?.resolve(undefined);
    expect(await nobody).toBeUndefined();
    expect(isFull()).toBe(false);
  });

  it("that there is none costs nothing", () => {
    const handler = () => Promise.resolve(undefined);
    const limits = { maxConcurrent: UNLIMITED, maxOutstanding: UNLIMITED };
    expect(withRequestLimit(handler, limits).handle).toBe(handler);
  });
});
