import * as df from "durable-functions";
import type { DurableLock, OrchestrationContext } from "durable-functions";
import type { InventoryView, ReserveAnswer } from "../entities/inventory";
import type { Order } from "./order";
import type { Saga } from "./saga";
import type { Step } from "./step";

/**
 * Reserves every line or none. The critical section keeps other orders away from the SKUs of this one between
 * looking and reserving. Returns what is missing, or `undefined` when everything is reserved.
 */
export function* reserveStock(context: OrchestrationContext, order: Order, saga: Saga): Step<string | undefined> {
  const entities = order.lines.map((line) => new df.EntityId("inventory", line.sku));
  const lock: DurableLock = yield context.df.lock(entities);
  try {
    const stock: InventoryView[] = yield context.df.Task.all(
      entities.map((entity) => context.df.callEntity(entity, "get")),
    );
    const missing = order.lines.filter((line, index) => (stock[index]?.available ?? 0) < line.quantity);
    if (missing.length > 0) return `Out of stock: ${missing.map((line) => line.sku).join(", ")}.`;

    const orderId = context.df.instanceId;
    for (const entity of entities) saga.undoWithEntity(entity, "release", { orderId });
    const answers: ReserveAnswer[] = yield context.df.Task.all(
      order.lines.map((line, index) =>
        context.df.callEntity(entityAt(entities, index), "reserve", { orderId, quantity: line.quantity }),
      ),
    );
    if (answers.some((answer) => !answer.reserved)) throw new Error("Stock changed inside the critical section.");
    return undefined;
  } finally {
    lock.release();
  }
}

function entityAt(entities: readonly df.EntityId[], index: number): df.EntityId {
  const entity = entities[index];
  if (entity === undefined) throw new RangeError(`There is no line ${index}.`);
  return entity;
}
