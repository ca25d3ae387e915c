import { HostMetrics } from "../../src/metrics/host-metrics";
import { Counter, Histogram } from "../../src/metrics/registry";
import { prometheusText } from "../../src/telemetry";

let metrics: HostMetrics;
beforeEach(() => (metrics = new HostMetrics()));
afterEach(() => metrics.stop());

describe("the metrics of a host", () => {
  it("are what Prometheus reads", () => {
    metrics.workItemEnded("activity", "processed", { waitedMs: 3, executedMs: 40, committedMs: 1 });
    metrics.workItemEnded("activity", "abandoned", { executedMs: 700 });
    metrics.executionEnded("Completed", 12);
    metrics.invocationEnded('say "hi"', false, 20);
    metrics.storageCalled("commitOrchestration", true, 2);
    metrics.workerRestarted();
    const text = prometheusText(metrics);

    expect(text).toContain("# TYPE durable_host_work_items_total counter");
    expect(text).toContain('durable_host_work_items_total{kind="activity",outcome="processed"} 1');
    expect(text).toContain('durable_host_work_items_total{kind="activity",outcome="abandoned"} 1');
    expect(text).toContain('durable_host_work_item_wait_seconds_bucket{kind="activity",le="0.005"} 1');
    expect(text).toContain('durable_host_work_item_wait_seconds_bucket{kind="activity",le="0.0025"} 0');
    expect(text).toContain('durable_host_work_item_execution_seconds_bucket{kind="activity",le="+Inf"} 2');
    expect(text).toContain('durable_host_work_item_execution_seconds_sum{kind="activity"} 0.74');
    expect(text).toContain('durable_host_work_item_commit_seconds_count{kind="activity"} 1');
    expect(text).toContain('durable_host_history_events_bucket{status="Completed",le="30"} 1');
    expect(text).toContain('durable_host_invocations_total{function="say \\"hi\\"",outcome="failed"} 1');
    expect(text).toContain('durable_host_storage_calls_total{operation="commitOrchestration",outcome="succeeded"} 1');
    expect(text).toContain("durable_host_worker_restarts_total 1");
    expect(text).toMatch(/durable_host_event_loop_lag_seconds\{quantile="0\.99"\} \d/);
  });

  it("show what is read off at that moment, and nothing where it is not known", () => {
    let active = 3;
    metrics.observe({
      activeWorkItems: (kind) => (kind === "entity" ? active : 0),
      slots: () => 20,
      pendingWorkItems: (kind) => (kind === "activity" ? 7 : undefined),
      storageFlushes: () => 5,
    });
    expect(prometheusText(metrics)).toContain('durable_host_active_work_items{kind="entity"} 3');
    active = 4;
    const text = prometheusText(metrics);

    expect(text).toContain('durable_host_active_work_items{kind="entity"} 4');
    expect(text).toContain('durable_host_pending_work_items{kind="activity"} 7');
    expect(text).not.toContain('durable_host_pending_work_items{kind="entity"}');
    expect(text).toContain("durable_host_storage_flushes_total 5");
  });
});

describe("a metric", () => {
  it("does not keep more series apart than a memory can hold", () => {
    const counter = new Counter({ name: "c", help: "", unit: "1" }, ["label"]);
    for (let index = 0; index < 1500; index++) counter.add(1, `value ${index}`);
    const { points } = counter.snapshot() as { points: readonly { labels: object; value: number }[] };

    expect(points).toHaveLength(1001);
    expect(points.find(({ labels }) => "label" in labels && labels.label === "(other)")?.value).toBe(500);
  });

  it("counts a value into the first bucket that holds it", () => {
    const histogram = new Histogram({ name: "h", help: "", unit: "s" }, [1, 2], []);
    for (const value of [0.5, 1, 1.5, 2, 99]) histogram.record(value);

    expect(histogram.snapshot()).toMatchObject({ points: [{ counts: [2, 2, 1], sum: 104, count: 5 }] });
  });
});
