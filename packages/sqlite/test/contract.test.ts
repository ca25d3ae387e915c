import { describeStorageProvider } from "@durable-host/testkit";
import { aSqliteFixture } from "./sqlite-fixture";

describeStorageProvider("the embedded store", () => aSqliteFixture());

// Nothing is kept in memory but what is locked or queued: every body and every state is read from the file when needed.
describeStorageProvider("the embedded store without caches", () =>
  aSqliteFixture({ bodyCacheBytes: 0, stateCacheBytes: 0 }),
);

describeStorageProvider("the embedded store with one flush per commit", () => aSqliteFixture({ flush: "each" }));

describeStorageProvider("the embedded store in memory", () => aSqliteFixture({ file: ":memory:" }));
