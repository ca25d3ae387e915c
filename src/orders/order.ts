/** One position of an order. */
export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: number;
}

/** An order as a customer places it, after `checkOrder` has accepted it. Every SKU occurs once. */
export interface Order {
  readonly customer: string;
  readonly lines: readonly OrderLine[];
  /** Card number for the payment provider. */
  readonly card: string;
  /** Where to ship to. */
  readonly address: string;
}

/** An accepted order with everything the orchestrator must not decide itself, because settings may change. */
export interface OrderPlan {
  readonly order: Order;
  readonly total: number;
  readonly needsApproval: boolean;
  readonly approvalTimeoutSeconds: number;
  readonly paymentRetryMilliseconds: number;
}

/** The steps of an order, published as custom status. */
export type OrderStage =
  "Validating" | "ReservingStock" | "AwaitingApproval" | "ChargingPayment" | "Shipping" | "Compensating" | "Done";

/** Custom status of `processOrder`. */
export interface OrderProgress {
  readonly stage: OrderStage;
  readonly total?: number;
  /** While awaiting approval: when the order is given up, ISO 8601. */
  readonly approveBefore?: string;
  /** While compensating: why. */
  readonly reason?: string;
}

/** Payload of the external event `Approval`. */
export interface Approval {
  readonly approved: boolean;
  readonly by?: string;
}

/** Output of `processOrder`. A refused order is a result, not a failure of the orchestration. */
export type OrderResult =
  | {
      readonly status: "Shipped";
      readonly total: number;
      readonly paymentId: string;
      readonly shipments: readonly Shipment[];
    }
  | {
      readonly status: "Rejected" | "OutOfStock" | "ApprovalTimedOut" | "Cancelled";
      readonly reason: string;
      /** Activities run to undo what had been done, in the order they ran. */
      readonly compensations: readonly string[];
    };

/** What the carrier answers for one line. */
export interface Shipment {
  readonly sku: string;
  readonly trackingNumber: string;
}

/** Input of `chargePayment` and `refundPayment`. `orderId` makes repeated execution harmless. */
export interface PaymentRequest {
  readonly orderId: string;
  readonly card: string;
  readonly amount: number;
}

/** Answer of the payment provider: a declined card is an answer, an unreachable provider is an error. */
export type PaymentAnswer =
  { readonly accepted: true; readonly paymentId: string } | { readonly accepted: false; readonly reason: string };

/** Input of `shipLine` and `cancelShipment`. */
export interface ShipmentRequest {
  readonly orderId: string;
  readonly line: OrderLine;
  readonly address: string;
  /** When the order was handed to the carrier, ISO 8601. */
  readonly shippedAt: string;
}

/** The external event that approves or rejects an order. */
export const APPROVAL_EVENT = "Approval";
