import { describeActivities } from "./activities";
import { describeCommits } from "./commits";
import { describeConcurrency } from "./concurrency";
import { describeDurability } from "./durability";
import { describeHandedOverOutcomes } from "./handed-over-outcomes";
import { describeInstances } from "./instances";
import { describeLocks } from "./locks";
import { describeMessages } from "./messages";
import { describePendingStarts } from "./pending-starts";
import { describeQueries } from "./queries";
import { describeScheduling } from "./scheduling";
import { describeRecords } from "./records";
import { useHub, type ProviderFixture } from "./test-hub";
import { describeTimesToStore } from "./times-to-store";
import { describeWakeUps } from "./wake-ups";
import { describeWorkDescriptions } from "./work-descriptions";

/**
 * The contract of `StorageProvider` as tests: every provider passes all of it, on each kind of store it has.
 * `setup` makes an empty, started task hub; it is called before each test.
 */
export function describeStorageProvider(name: string, setup: () => Promise<ProviderFixture>): void {
  describe(`${name} keeps the storage contract`, () => {
    const hub = useHub(setup);
    describeInstances(hub);
    describePendingStarts(hub);
    describeMessages(hub);
    describeScheduling(hub);
    describeTimesToStore(hub);
    describeCommits(hub);
    describeActivities(hub);
    describeHandedOverOutcomes(hub);
    describeLocks(hub);
    describeQueries(hub);
    describeWorkDescriptions(hub);
    describeRecords(hub);
    describeWakeUps(hub);
    describeDurability(hub);
    describeConcurrency(hub);
  });
}
