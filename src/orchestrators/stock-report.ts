import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";
import type { StockAssessment } from "../activities/assess-stock";
import type { InventoryView } from "../entities/inventory";
import type { Step } from "../orders/step";

/** Input of `stockReport`. */
export interface StockReportRequest {
  readonly skus: readonly string[];
}

/** Output of `stockReport`. */
export interface StockReport {
  readonly asOf: string;
  readonly lines: readonly StockAssessment[];
  readonly available: number;
  readonly reserved: number;
  readonly reorder: readonly string[];
}

/** Fan-out and fan-in, twice: read all entities at once, assess all readings at once, then add up. */
export function* stockReport(context: OrchestrationContext): Step<StockReport> {
  const { skus } = context.df.getInput<StockReportRequest>();
  const asOf = context.df.currentUtcDateTime.toISOString();
  if (skus.length === 0) return { asOf, lines: [], available: 0, reserved: 0, reorder: [] };

  const stock: InventoryView[] = yield context.df.Task.all(
    skus.map((sku) => context.df.callEntity(new df.EntityId("inventory", sku), "get")),
  );
  const lines: StockAssessment[] = yield context.df.Task.all(
    skus.map((sku, index) => context.df.callActivity("assessStock", { sku, ...stock[index] })),
  );
  return {
    asOf,
    lines,
    available: lines.reduce((sum, line) => sum + line.available, 0),
    reserved: lines.reduce((sum, line) => sum + line.reserved, 0),
    reorder: lines.filter((line) => line.reorder).map((line) => line.sku),
  };
}

df.app.orchestration("stockReport", stockReport);
