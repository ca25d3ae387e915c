/**
 * How spans and log entries wait to be sent. OpenTelemetry's own bound of 2,048 is passed within a second by a busy host, and
 * what does not fit is dropped; OTEL_BSP_… and OTEL_BLRP_… variables win.
 */
export function batches(delayMs: number, environment: Readonly<Record<string, string | undefined>>, prefix: string) {
  return {
    scheduledDelayMillis: Number(environment[`${prefix}_SCHEDULE_DELAY`]) || delayMs,
    maxQueueSize: Number(environment[`${prefix}_MAX_QUEUE_SIZE`]) || 20_000,
    maxExportBatchSize: Number(environment[`${prefix}_MAX_EXPORT_BATCH_SIZE`]) || 1000,
  };
}
