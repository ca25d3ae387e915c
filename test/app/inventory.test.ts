import { createTestHub, type TestHub } from "durable-host/testing";
// The app comes after the kit, which its files register with.
import * as df from "durable-functions";
import { view, type InventoryState } from "../../src/entities/inventory";

type Operation = readonly [name: string, input?: unknown];

/** Signals have no answer, so that an orchestration of the test's own calls the entity. */
df.app.orchestration("operate", function* ({ df: context }) {
  const answers: unknown[] = [];
  for (const [name, input] of context.getInput<readonly Operation[]>()) {
    answers.push(yield context.callEntity(new df.EntityId("inventory", "book"), name, input));
  }
  return answers;
});

let hub: TestHub;
beforeEach(async () => {
  hub = await createTestHub();
});
afterEach(() => hub.dispose());

/** Runs operations one after another on one entity; resolves to what each of them answered, and the state after them. */
async function operate(...operations: readonly Operation[]) {
  const { output } = await hub.run("operate", operations);
  const entity = await hub.readEntity<InventoryState>("inventory", "book");
  return { answers: output as readonly unknown[], state: entity?.state };
}

describe("inventory", () => {
  it("adds to what is there and can be set", async () => {
    expect((await operate(["add", 5], ["add", 3])).state).toEqual({ available: 8, reservations: {} });
    expect((await operate(["add", 5], ["set", 2])).state).toEqual({ available: 2, reservations: {} });
  });

  it("reserves by order and shows available and reserved units", async () => {
    const { answers } = await operate(["add", 10], ["reserve", { orderId: "a", quantity: 4 }], ["get"]);

    expect(answers.slice(1)).toEqual([
      { reserved: true, available: 6 },
      { available: 6, reserved: 4 },
    ]);
  });

  it("refuses to reserve more than there is and keeps its state", async () => {
    const { answers, state } = await operate(["add", 3], ["reserve", { orderId: "a", quantity: 4 }]);

    expect(answers[1]).toEqual({ reserved: false, available: 3 });
    expect(state).toEqual({ available: 3, reservations: {} });
  });

  it("reserves once when the same order asks twice", async () => {
    const reserve = ["reserve", { orderId: "a", quantity: 4 }] as const;

    expect((await operate(["add", 10], reserve, reserve)).state).toEqual({ available: 6, reservations: { a: 4 } });
  });

  it("gives reserved units back once, and says whether there were any", async () => {
    const { answers, state } = await operate(
      ["add", 10],
      ["reserve", { orderId: "a", quantity: 4 }],
      ["release", { orderId: "a" }],
      ["release", { orderId: "a" }],
    );

    expect(answers.slice(2)).toEqual([true, false]);
    expect(state).toEqual({ available: 10, reservations: {} });
  });

  it("lets shipped units leave the house", async () => {
    const { state } = await operate(
      ["add", 10],
      ["reserve", { orderId: "a", quantity: 4 }],
      ["ship", { orderId: "a" }],
    );

    expect(state).toEqual({ available: 6, reservations: {} });
  });

  it("refuses an operation it does not have, and keeps its state", async () => {
    const { runtimeStatus } = await hub.run("operate", [["add", 5], ["burn"]]);

    expect(runtimeStatus).toBe("Failed");
    expect((await operate(["get"])).answers).toEqual([{ available: 5, reserved: 0 }]);
  });

  it("adds up the reservations of all orders in its view", () => {
    expect(view({ available: 1, reservations: { a: 2, b: 3 } })).toEqual({ available: 1, reserved: 5 });
  });
});
