import { monitorEventLoopDelay } from "node:perf_hooks";
import type { RuntimeStatus, WorkKind, WorkMeter, WorkOutcome, WorkTimes } from "@durable-host/engine";
import { Counter, Histogram, MetricsRegistry, Reading, type MetricDescription, type NumberPoint } from "./registry";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const EVENTS = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000];
const KINDS: readonly WorkKind[] = ["orchestration", "activity", "entity"];
const LAG_QUANTILES = [0.5, 0.99];
/** How often the event loop's delay is looked at, in milliseconds. */
const LAG_RESOLUTION_MS = 50;

/** What of a host is read off at the moment somebody asks. */
export interface HostReadings {
  /** Work items in hand, by kind. */
  activeWorkItems(kind: WorkKind): number;
  /** Most work items whose code runs at the same time. */
  slots(kind: WorkKind): number;
  /** Work items that wait for a place; undefined where the store cannot tell at no cost. */
  pendingWorkItems(kind: WorkKind): number | undefined;
  /** How often the store has made something durable; undefined where it does not count that. */
  storageFlushes(): number | undefined;
}

/** Counts and measures for Prometheus and OTLP alike. Names and labels are listed in docs/telemetry.md. */
export class HostMetrics implements WorkMeter {
  readonly registry = new MetricsRegistry();
  readonly #items = this.#counter("work_items", "Work items by kind and by how they ended.", "kind", "outcome");
  readonly #wait = this.#seconds("work_item_wait_seconds", "From when work could be done to its lock.", "kind");
  readonly #execution = this.#seconds("work_item_execution_seconds", "From the lock to the end of user code.", "kind");
  readonly #commit = this.#seconds("work_item_commit_seconds", "From the end of user code to the commit.", "kind");
  readonly #history = this.#eventCounts();
  readonly #invocations = this.#counter("invocations", "Runs of functions by outcome.", "function", "outcome");
  readonly #duration = this.#seconds("invocation_seconds", "How long runs of functions took.", "function");
  readonly #storageCalls = this.#counter("storage_calls", "Calls of the store by outcome.", "operation", "outcome");
  readonly #roundTrips = this.#counter("storage_round_trips", "Requests to the database server.", "request");
  readonly #storageTime = this.#seconds("storage_call_seconds", "How long calls of the store took.", "operation");
  readonly #restarts = this.#counter("worker_restarts", "App worker processes that ended and were replaced.");
  readonly #lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });

  constructor() {
    this.#restarts.add(0);
    this.#lag.enable();
    this.#read("process_resident_memory_bytes", "Memory of the host process.", "By", () => [
      { labels: {}, value: process.memoryUsage.rss() },
    ]);
    this.#read("process_heap_used_bytes", "Memory of the host's objects.", "By", () => [
      { labels: {}, value: process.memoryUsage().heapUsed },
    ]);
    this.#read("event_loop_lag_seconds", "How late the event loop was, since it was asked last.", "s", () =>
      this.#lags(),
    );
  }

  /** Adds what is read off a host that runs. */
  observe(host: HostReadings): void {
    const byKind = (read: (kind: WorkKind) => number | undefined) => (): readonly NumberPoint[] =>
      KINDS.flatMap((kind) => point(read(kind), { kind }));
    this.#read(
      "active_work_items",
      "Work items in hand.",
      "1",
      byKind((kind) => host.activeWorkItems(kind)),
    );
    this.#read(
      "work_item_slots",
      "Most work items executed at the same time.",
      "1",
      byKind((kind) => host.slots(kind)),
    );
    this.#read(
      "pending_work_items",
      "Work items that wait.",
      "1",
      byKind((kind) => host.pendingWorkItems(kind)),
    );
    const flushes = (): readonly NumberPoint[] => point(host.storageFlushes(), {});
    const help = "Flushes to disk; several commits share one.";
    this.registry.add(new Reading({ ...named("storage_flushes", help), unit: "1" }, "counter", flushes));
  }

  workItemEnded(kind: WorkKind, outcome: WorkOutcome, { waitedMs, executedMs, committedMs }: WorkTimes): void {
    this.#items.add(1, kind, outcome);
    if (waitedMs !== undefined) this.#wait.record(waitedMs / 1000, kind);
    this.#execution.record(executedMs / 1000, kind);
    if (committedMs !== undefined) this.#commit.record(committedMs / 1000, kind);
  }

  executionEnded(status: RuntimeStatus, historyLength: number): void {
    this.#history.record(historyLength, status);
  }

  invocationEnded(functionName: string, succeeded: boolean, durationMs: number): void {
    this.#invocations.add(1, functionName, succeeded ? "succeeded" : "failed");
    this.#duration.record(durationMs / 1000, functionName);
  }

  storageCalled(operation: string, succeeded: boolean, durationMs: number): void {
    this.#storageCalls.add(1, operation, succeeded ? "succeeded" : "failed");
    this.#storageTime.record(durationMs / 1000, operation);
  }

  storageRoundTrip(request: string): void {
    this.#roundTrips.add(1, request);
  }

  workerRestarted(): void {
    this.#restarts.add(1);
  }

  stop(): void {
    this.#lag.disable();
  }

  #counter(name: string, help: string, ...labels: readonly string[]): Counter {
    return this.registry.add(new Counter({ ...named(name, help), unit: "1" }, labels));
  }

  #seconds(name: string, help: string, ...labels: readonly string[]): Histogram {
    return this.registry.add(new Histogram({ ...named(name, help), unit: "s" }, SECONDS, labels));
  }

  #eventCounts(): Histogram {
    const help = "Length of an execution's history at its end.";
    return this.registry.add(new Histogram({ ...named("history_events", help), unit: "1" }, EVENTS, ["status"]));
  }

  #read(name: string, help: string, unit: string, read: () => readonly NumberPoint[]): void {
    this.registry.add(new Reading({ ...named(name, help), unit }, "gauge", read));
  }

  #lags(): readonly NumberPoint[] {
    const points = LAG_QUANTILES.map((quantile) => ({
      labels: { quantile: String(quantile) },
      // The timer's own period is no lag.
      value: Math.max(0, this.#lag.percentile(quantile * 100) / 1e9 - LAG_RESOLUTION_MS / 1000),
    }));
    this.#lag.reset();
    return points;
  }
}

function named(name: string, help: string): Omit<MetricDescription, "unit"> {
  return { name: `durable_host_${name}`, help };
}

function point(value: number | undefined, labels: NumberPoint["labels"]): readonly NumberPoint[] {
  return value === undefined ? [] : [{ labels, value }];
}
