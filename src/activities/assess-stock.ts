import * as df from "durable-functions";

/** Stock of one SKU, as the report orchestrator read it from the inventory entity. */
export interface StockReading {
  readonly sku: string;
  readonly available: number;
  readonly reserved: number;
}

/** One line of the stock report. */
export interface StockAssessment extends StockReading {
  readonly reorder: boolean;
}

const REORDER_BELOW = 10;

/** Decides whether an SKU must be ordered from the supplier. */
export function assessStock(reading: StockReading): StockAssessment {
  return { ...reading, reorder: reading.available < REORDER_BELOW };
}

df.app.activity("assessStock", { handler: assessStock });
