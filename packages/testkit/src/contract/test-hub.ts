import type {
  ActivityWorkItem,
  HistoryEvent,
  InstanceKind,
  InstanceState,
  OrchestrationCommit,
  OrchestrationWorkItem,
  StorageProvider,
} from "@durable-host/engine";
import { aCommit } from "../builders/commits";
import { anExecutionStarted } from "../builders/events";
import { withoutTimes, type Capability } from "./capabilities";

/** One empty task hub of the provider under test, started. */
export interface ProviderFixture {
  /** The provider as it is now; another object after `restart`. */
  provider(): StorageProvider;
  /** The time by which the provider judges what is due (milliseconds since the epoch). */
  now(): number;
  /** Lets time pass for the provider: moves a manual clock, or waits. */
  pass(ms: number): Promise<void>;
  /** How long locks last. */
  readonly lockDurationMs: number;
  /** What this store is excused from. */
  readonly lacks?: readonly Capability[];
  /** Stops the provider, if it can still be stopped, and starts another one on the same store. */
  restart(): Promise<void>;
  /** Stops the provider and removes the store. */
  dispose(): Promise<void>;
}

/** Steps that most contract tests need, over a fixture. */
export class TestHub {
  constructor(private readonly fixture: ProviderFixture) {}

  get provider(): StorageProvider {
    return this.fixture.provider();
  }

  get lockDurationMs(): number {
    return this.fixture.lockDurationMs;
  }

  lacks(capability: Capability): boolean {
    return this.fixture.lacks?.includes(capability) ?? false;
  }

  /** What is to be compared of an event or an instance: all of it, but for times that the store does not keep. */
  kept<T extends HistoryEvent | InstanceState | undefined>(value: T): Partial<T> | T {
    return this.lacks("given times") ? withoutTimes(value) : value;
  }

  now = () => this.fixture.now();
  pass = (ms: number) => this.fixture.pass(ms);
  restart = () => this.fixture.restart();
  dispose = () => this.fixture.dispose();

  /** Creates an instance that must not exist. */
  async create(instanceId: string, fields: Parameters<typeof anExecutionStarted>[1] = {}): Promise<void> {
    await this.provider.createInstance(anExecutionStarted(instanceId, fields), new Set());
  }

  /** Locks the one instance that must have work. */
  async lockOne(kind: InstanceKind = "orchestration"): Promise<OrchestrationWorkItem> {
    const [item, ...others] = await this.provider.lockOrchestrations(kind, 10);
    if (item === undefined || others.length > 0) throw new Error(`Expected one locked ${kind}, not ${others.length}.`);
    return item;
  }

  /** Locks the one activity task that must be there. */
  async lockOneActivity(): Promise<ActivityWorkItem> {
    const [item, ...others] = await this.provider.lockActivities(10);
    if (item === undefined || others.length > 0) throw new Error(`Expected one locked activity, not ${others.length}.`);
    return item;
  }

  /** Locks this instance, if the provider can and it is free. */
  async lockInstance(instanceId: string, executionId = `${instanceId}-e1`): Promise<OrchestrationWorkItem | undefined> {
    return this.provider.lockInstance?.(instanceId, executionId);
  }

  /** Locks the one instance that must have work and commits what was asked. */
  async runOne(fields: Partial<OrchestrationCommit> = {}): Promise<OrchestrationWorkItem> {
    const item = await this.lockOne();
    await this.provider.commitOrchestration(item, aCommit(item, fields));
    return item;
  }

  /** Locks the one entity that must have work and commits a batch that leaves a state. */
  async runOneEntity(): Promise<void> {
    const item = await this.lockOne("entity");
    const instance = { ...item.instance, runtimeStatus: "Running" as const, input: '{"state":1}' };
    await this.provider.commitOrchestration(item, aCommit(item, { instance }));
  }

  /** Creates an instance and brings it behind its first episode. */
  async createRunning(instanceId: string, fields: Partial<OrchestrationCommit> = {}): Promise<void> {
    await this.create(instanceId);
    await this.runOne(fields);
  }

  /** Ids of the instances that can be locked now; they stay locked. */
  async lockable(kind: InstanceKind = "orchestration"): Promise<string[]> {
    return (await this.provider.lockOrchestrations(kind, 1_000)).map(({ instance }) => instance.instanceId);
  }
}

/** Opens a hub for each test of the surrounding `describe` and removes it afterwards. */
export function useHub(setup: () => Promise<ProviderFixture>): () => TestHub {
  let hub: TestHub | undefined;
  beforeEach(async () => {
    hub = new TestHub(await setup());
  });
  afterEach(async () => {
    await hub?.dispose();
    hub = undefined;
  });
  return () => {
    if (hub === undefined) throw new Error("There is a hub only within a test.");
    return hub;
  };
}
