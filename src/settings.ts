/** Names of the app settings this app reads; `local.settings.json` holds the values for local runs. */
export type NumberSetting =
  | "ORDER_APPROVAL_THRESHOLD"
  | "ORDER_APPROVAL_TIMEOUT_SECONDS"
  | "PAYMENT_RETRY_MILLISECONDS"
  | "SHIPMENT_TRANSIT_SECONDS"
  | "SIMULATED_LATENCY_MILLISECONDS";

const DEFAULTS: Readonly<Record<NumberSetting, number>> = {
  ORDER_APPROVAL_THRESHOLD: 1000,
  ORDER_APPROVAL_TIMEOUT_SECONDS: 24 * 60 * 60,
  PAYMENT_RETRY_MILLISECONDS: 1000,
  SHIPMENT_TRANSIT_SECONDS: 20,
  SIMULATED_LATENCY_MILLISECONDS: 0,
};

/**
 * Reads a numeric app setting, or its default when it is absent or empty.
 * Never call it in an orchestrator: a setting may differ when the orchestrator is replayed.
 * @throws Error when the setting is no number or negative, naming it and its value.
 */
export function numberSetting(name: NumberSetting): number {
  const text = process.env[name];
  if (text === undefined || text.trim() === "") return DEFAULTS[name];
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) {
    throw new Error(`App setting ${name} must be a number of 0 or more, but it is "${text}".`);
  }
  return value;
}

/** The SKUs that the nightly stock report covers: the comma-separated app setting REPORT_SKUS. */
export function reportSkus(): string[] {
  return (process.env["REPORT_SKUS"] ?? "")
    .split(",")
    .map((sku) => sku.trim())
    .filter((sku) => sku !== "");
}
