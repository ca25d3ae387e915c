import { DurableHostError } from "@durable-host/engine";
import { SqlError } from "../../src/connection/sql-error";
import {
  CallTimeoutError,
  ConnectionLostError,
  classifyFailure,
  isTransientNumber,
} from "../../src/connection/transient-errors";

const sqlError = (number: number): SqlError => new SqlError("refused", { number });

describe("the class of a failure", () => {
  it.each([1205, 10928, 10929, 10936, 40197, 40501, 40613, 41301, 41302, 41305, 41325, 41839, 49918, 49919, 49920])(
    "is worth another attempt for error %i [SQL48]",
    (number) => {
      expect(classifyFailure(sqlError(number))).toEqual({ transient: true, retry: true, outcomeUnknown: false });
    },
  );

  it.each([20, 64, 121, 233, 10053, 10054, 10060, 596])(
    "is worth another attempt for the broken network of error %i, of which the fate is unknown [SQL48]",
    (number) => {
      expect(classifyFailure(sqlError(number))).toEqual({ transient: true, retry: true, outcomeUnknown: true });
    },
  );

  it.each([2627, 50001, 50002, 229, 547, 8134, 2812, 50010])("is final for error %i [SQL48]", (number) => {
    expect(classifyFailure(sqlError(number))).toEqual({ transient: false, retry: false, outcomeUnknown: false });
  });

  it.each([3930, 3971, 3998])(
    "is worth another attempt for error %i, after which nothing of the transaction is left",
    (number) => {
      expect(classifyFailure(sqlError(number))).toMatchObject({ retry: true, outcomeUnknown: false });
    },
  );

  it.each([9002, 1105, 40544])("passes by itself, but not soon, when there is no space (%i)", (number) => {
    expect(classifyFailure(sqlError(number))).toEqual({ transient: true, retry: false, outcomeUnknown: false });
  });

  it("of a time-out is unknown, and not worth asking a busy server again [SQL48]", () => {
    const expected = { transient: true, retry: false, outcomeUnknown: true };
    expect(classifyFailure(new CallTimeoutError("late"))).toEqual(expected);
    expect(classifyFailure(sqlError(-2))).toEqual(expected);
  });

  it("of a lost connection is unknown only if the request was sent", () => {
    expect(classifyFailure(new ConnectionLostError("gone", true))).toMatchObject({ retry: true, outcomeUnknown: true });
    expect(classifyFailure(new ConnectionLostError("gone", false))).toMatchObject({
      retry: true,
      outcomeUnknown: false,
    });
  });

  it("of a connection that cannot be had depends on whether waiting helps", () => {
    expect(classifyFailure(new DurableHostError("STORAGE_TRANSIENT", "down")).retry).toBe(true);
    expect(classifyFailure(new DurableHostError("CONFIG_INVALID", "password")).transient).toBe(false);
  });

  it("of a defect is final", () => {
    expect(classifyFailure(new TypeError("bug")).transient).toBe(false);
    expect(classifyFailure(new SqlError("no number", {})).transient).toBe(false);
  });

  it("tells log-in errors that pass by themselves from those that do not", () => {
    expect([40613, 18401, 4060, 18456].map(isTransientNumber)).toEqual([true, true, false, false]);
  });
});
