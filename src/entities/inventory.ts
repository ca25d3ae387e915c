import * as df from "durable-functions";
import type { EntityContext } from "durable-functions";

/** Stock of one SKU; the SKU is the entity's key. */
export interface InventoryState {
  /** Units that can still be reserved. */
  readonly available: number;
  /** Units set aside, by order id. */
  readonly reservations: Readonly<Record<string, number>>;
}

/** What callers are shown. */
export interface InventoryView {
  readonly available: number;
  readonly reserved: number;
}

/** Answer of `reserve`. Too little stock is an answer, not an error. */
export interface ReserveAnswer {
  readonly reserved: boolean;
  readonly available: number;
}

/** Input of `reserve`. */
export interface ReserveRequest {
  readonly orderId: string;
  readonly quantity: number;
}

/** Input of `release` and `ship`. */
export interface OrderReference {
  readonly orderId: string;
}

/**
 * The stock of one SKU. Operations on one entity run one after another, so none of them needs a lock of its own.
 * All of them can be repeated: reservations are kept by order id.
 */
export function inventory(context: EntityContext<InventoryState>): void {
  const state = context.df.getState(() => ({ available: 0, reservations: {} })) ?? { available: 0, reservations: {} };
  switch (context.df.operationName) {
    case "add":
      context.df.setState({ ...state, available: state.available + (context.df.getInput<number>() ?? 0) });
      break;
    case "set":
      context.df.setState({ ...state, available: context.df.getInput<number>() ?? 0 });
      break;
    case "reserve":
      reserve(context, state);
      break;
    case "release":
      endReservation(context, state, "back to stock");
      break;
    case "ship":
      endReservation(context, state, "left the house");
      break;
    case "get":
      context.df.return<InventoryView>(view(state));
      break;
    default:
      throw new Error(`The inventory has no operation "${context.df.operationName}".`);
  }
}

/** What callers are shown of a state. */
export function view(state: InventoryState): InventoryView {
  return {
    available: state.available,
    reserved: Object.values(state.reservations).reduce((sum, quantity) => sum + quantity, 0),
  };
}

function reserve(context: EntityContext<InventoryState>, state: InventoryState): void {
  const request = context.df.getInput<ReserveRequest>();
  if (request === undefined) throw new Error("reserve needs an order id and a quantity.");
  const { orderId, quantity } = request;
  const held = state.reservations[orderId] ?? 0;
  const available = state.available + held - quantity;
  if (available < 0) {
    context.df.return<ReserveAnswer>({ reserved: false, available: state.available });
    return;
  }
  context.df.setState({ available, reservations: { ...state.reservations, [orderId]: quantity } });
  context.df.return<ReserveAnswer>({ reserved: true, available });
}

function endReservation(
  context: EntityContext<InventoryState>,
  state: InventoryState,
  units: "back to stock" | "left the house",
): void {
  const orderId = context.df.getInput<OrderReference>()?.orderId ?? "";
  const { [orderId]: quantity = 0, ...reservations } = state.reservations;
  const returned = units === "back to stock" ? quantity : 0;
  context.df.setState({ available: state.available + returned, reservations });
  context.df.return<boolean>(quantity > 0);
}

df.app.entity<InventoryState>("inventory", inventory);
