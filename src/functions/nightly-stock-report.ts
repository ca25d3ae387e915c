import { app } from "@azure/functions";
import type { InvocationContext, Timer } from "@azure/functions";
import * as df from "durable-functions";
import { reportSkus } from "../settings";

/** Starts the stock report at two o'clock every night. */
export async function nightlyStockReport(timer: Timer, context: InvocationContext): Promise<void> {
  if (timer.isPastDue) context.warn("The stock report is late.");
  const instanceId = await df.getClient(context).startNew("stockReport", { input: { skus: reportSkus() } });
  context.log(`Stock report ${instanceId} started.`);
}

app.timer("nightlyStockReport", {
  schedule: "0 0 2 * * *",
  extraInputs: [df.input.durableClient()],
  handler: nightlyStockReport,
});
