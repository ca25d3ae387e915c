import type { Connection, Request } from "tedious";
import { CANCEL_GRACE_MS, runCommand, type SqlCommand } from "../../src/connection/run-command";
import { CallTimeoutError, ConnectionLostError } from "../../src/connection/transient-errors";

const COMMAND: SqlCommand = { kind: "procedure", text: "dt_host.Commit", parameters: [] };
const UNLIMITED = { timeoutMs: 0 };

/** The driver's connection, answering every request with an error, or never. */
class FakeDriver {
  closed = false;
  request: Request | undefined;

  constructor(private readonly error?: Error) {}

  callProcedure(request: Request): void {
    this.request = request;
    if (this.error) setImmediate(() => request.callback(this.error));
  }

  close(): void {
    this.closed = true;
  }

  asConnection(): Connection {
    return this as unknown as Connection;
  }
}

function serverError(number: number, message: string): Error {
  return Object.assign(new Error(message), {
    code: "EREQUEST",
    number,
    state: 2,
    procName: "dt_host.Commit",
    lineNumber: 9,
  });
}

const failWith = (error: Error): Promise<unknown> =>
  runCommand(new FakeDriver(error).asConnection(), COMMAND, UNLIMITED).result;

describe("the error of a call", () => {
  it("tells where the server raised it", async () => {
    const raised = serverError(50_010, "The lock was lost.");
    await expect(failWith(raised)).rejects.toMatchObject({
      name: "SqlError",
      message: "The lock was lost.",
      number: 50_010,
      state: 2,
      procedure: "dt_host.Commit",
      line: 9,
      cause: raised,
    });
  });

  it("is the first of several, which the others only follow", async () => {
    const both = new AggregateError([serverError(2627, "Duplicate key."), serverError(266, "Transaction count.")]);
    await expect(failWith(both)).rejects.toMatchObject({ number: 2627, message: "Duplicate key." });
  });

  it("is the one that passes by itself, if there is such among several [SQL48]", async () => {
    const both = new AggregateError([
      serverError(3621, "Statement terminated."),
      serverError(1205, "Deadlock victim."),
    ]);
    await expect(failWith(both)).rejects.toMatchObject({ number: 1205, message: "Deadlock victim." });
  });

  it("has no number if the server gave none", async () => {
    const unknown = Object.assign(new Error("An unknown error has occurred."), { code: "UNKNOWN" });
    await expect(failWith(unknown)).rejects.toMatchObject({ name: "SqlError", number: undefined });
  });

  it.each(["ECONNRESET", "ECLOSE", "ESOCKET", "EPIPE"])(
    "is a lost connection for %s, after sending [SQL49]",
    async (code) => {
      const error = await failWith(Object.assign(new Error("gone"), { code })).catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(ConnectionLostError);
      expect(error).toMatchObject({ sent: true });
    },
  );

  it("is a lost connection before sending, if the driver could not send", async () => {
    const refused = Object.assign(new Error("not the Final state"), { code: "EINVALIDSTATE" });
    await expect(failWith(refused)).rejects.toMatchObject({ name: "ConnectionLostError", sent: false });
  });

  it("is the defect itself when a value does not fit, and nothing is sent", async () => {
    const driver = new FakeDriver();
    const command: SqlCommand = { ...COMMAND, parameters: [{ name: "No", type: "int", value: "one" }] };
    const { result, settled } = runCommand(driver.asConnection(), command, UNLIMITED);
    await expect(result).rejects.toThrow(TypeError);
    await settled;
    expect(driver.request).toBeUndefined();
  });
});

describe("a call without an answer", () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it("rejects at its time limit and is canceled; its connection is cut if the server does not confirm", async () => {
    const driver = new FakeDriver();
    const { result, settled } = runCommand(driver.asConnection(), COMMAND, { timeoutMs: 100 });
    const failed = expect(result).rejects.toThrow(new CallTimeoutError("dt_host.Commit took longer than 100 ms"));
    jest.advanceTimersByTime(100);
    await failed;
    expect([driver.request?.canceled, driver.closed]).toEqual([true, false]);
    jest.advanceTimersByTime(CANCEL_GRACE_MS);
    await settled;
    expect(driver.closed).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it("is settled without cutting when the server confirms in time", async () => {
    const driver = new FakeDriver();
    const abort = new AbortController();
    const { result, settled } = runCommand(driver.asConnection(), COMMAND, { timeoutMs: 0, signal: abort.signal });
    const reason = new Error("stopping");
    const failed = expect(result).rejects.toBe(reason);
    abort.abort(reason);
    await failed;
    driver.request?.callback(Object.assign(new Error("Canceled."), { code: "ECANCEL" }));
    await settled;
    expect(driver.closed).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it("is not sent at all if its signal is aborted already", async () => {
    const driver = new FakeDriver();
    const reason = new Error("stopping");
    const { result } = runCommand(driver.asConnection(), COMMAND, { timeoutMs: 0, signal: AbortSignal.abort(reason) });
    await expect(result).rejects.toBe(reason);
    expect(driver.request).toBeUndefined();
  });
});
