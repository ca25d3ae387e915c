import { executedOrder } from "../../src/decide/executed-order";
import { aStart, begun, done, raised, resumed, scheduled, suspended, T0 } from "./events";

describe("the order in which user code saw a history", () => {
  it("is the history itself when it was never suspended", () => {
    const history = [begun(), aStart(), scheduled(0), done()];
    expect(executedOrder(history)).toBe(history);
  });

  it("puts what came during a suspension behind the start of the resuming episode", () => {
    const history = [
      ...[begun(T0), aStart(), done(T0)],
      ...[begun(T0 + 1), suspended, raised("a"), done(T0 + 1)],
      ...[begun(T0 + 2), raised("b"), done(T0 + 2)],
      ...[begun(T0 + 3), resumed, raised("c"), scheduled(0), done(T0 + 3)],
    ];
    expect(executedOrder(history)).toEqual([
      ...[begun(T0), aStart(), done(T0)],
      ...[begun(T0 + 3), raised("a"), raised("b"), resumed, raised("c"), scheduled(0), done(T0 + 3)],
    ]);
  });

  it("leaves out what is still withheld", () => {
    const history = [begun(), aStart(), done(), begun(), suspended, raised("a"), done()];
    expect(executedOrder(history)).toEqual([begun(), aStart(), done()]);
  });
});
