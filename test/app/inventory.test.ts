import type { EntityContext } from "durable-functions";
import { inventory, view } from "../../src/entities/inventory";
import type { InventoryState } from "../../src/entities/inventory";

/** Runs operations one after another on one entity; returns what each of them answered. */
function operate(operations: readonly (readonly [name: string, input?: unknown])[]): {
  readonly answers: readonly unknown[];
  readonly state: InventoryState | undefined;
} {
  let state: InventoryState | undefined;
  const answers = operations.map(([operationName, input]) => {
    let answer: unknown;
    const df = {
      operationName,
      getInput: () => input,
      getState: (initial: () => InventoryState) => state ?? initial(),
      setState: (next: InventoryState) => (state = next),
      return: (value: unknown) => (answer = value),
    };
    inventory({ df } as unknown as EntityContext<InventoryState>);
    return answer;
  });
  return { answers, state };
}

describe("inventory", () => {
  it("adds to what is there and can be set", () => {
    expect(
      operate([
        ["add", 5],
        ["add", 3],
      ]).state,
    ).toEqual({ available: 8, reservations: {} });
    expect(
      operate([
        ["add", 5],
        ["set", 2],
      ]).state,
    ).toEqual({ available: 2, reservations: {} });
  });

  it("reserves by order and shows available and reserved units", () => {
    const { answers } = operate([["add", 10], ["reserve", { orderId: "a", quantity: 4 }], ["get"]]);

    expect(answers).toEqual([undefined, { reserved: true, available: 6 }, { available: 6, reserved: 4 }]);
  });

  it("refuses to reserve more than there is and keeps its state", () => {
    const { answers, state } = operate([
      ["add", 3],
      ["reserve", { orderId: "a", quantity: 4 }],
    ]);

    expect(answers[1]).toEqual({ reserved: false, available: 3 });
    expect(state).toEqual({ available: 3, reservations: {} });
  });

  it("reserves once when the same order asks twice", () => {
    const reserve = ["reserve", { orderId: "a", quantity: 4 }] as const;

    expect(operate([["add", 10], reserve, reserve]).state).toEqual({ available: 6, reservations: { a: 4 } });
  });

  it("gives reserved units back once, and says whether there were any", () => {
    const { answers, state } = operate([
      ["add", 10],
      ["reserve", { orderId: "a", quantity: 4 }],
      ["release", { orderId: "a" }],
      ["release", { orderId: "a" }],
    ]);

    expect(answers.slice(2)).toEqual([true, false]);
    expect(state).toEqual({ available: 10, reservations: {} });
  });

  it("lets shipped units leave the house", () => {
    const { state } = operate([
      ["add", 10],
      ["reserve", { orderId: "a", quantity: 4 }],
      ["ship", { orderId: "a" }],
    ]);

    expect(state).toEqual({ available: 6, reservations: {} });
  });

  it("refuses an operation it does not have, by name", () => {
    expect(() => operate([["burn"]])).toThrow('no operation "burn"');
  });

  it("adds up the reservations of all orders in its view", () => {
    expect(view({ available: 1, reservations: { a: 2, b: 3 } })).toEqual({ available: 1, reserved: 5 });
  });
});
