import {
  pendingInstance,
  systemClock,
  type OrchestrationWorkItem,
  type StorageProvider,
  type WorkKind,
} from "@durable-host/engine";
import { anEventRaised, anExecutionStarted, anInstanceSeed, silentLogger } from "@durable-host/testkit";
import type { SqlClient } from "../../src/connection/sql-client";
import { OtherKind } from "../../src/microsoft/other-kind";
import { createMssqlProvider } from "../../src/mssql-provider";
import { shared } from "../mssql-fixture";
import { describeWithMicrosoftScripts } from "../schema/microsoft-scripts";
import { connectTo, describeWithServer } from "../stand/server";
import { aMicrosoftDatabase, type MicrosoftDatabase } from "./microsoft-database";

jest.setTimeout(60_000);

/** Longer than a test, so that only the host itself wakes its dispatchers. */
const NO_POLL_MS = 600_000;

describeWithServer("claims that cannot tell orchestrations from entities", (server) => {
  describeWithMicrosoftScripts("on procedures of before 1.8.0", () => {
    let microsoft: MicrosoftDatabase;
    let client: SqlClient;
    let host: StorageProvider;
    let woken: WorkKind[];

    beforeAll(async () => {
      microsoft = await aMicrosoftDatabase(server, "1.8.1");
      client = connectTo(microsoft.connectionString);
    });
    afterEach(async () => {
      await host.stop();
      await microsoft.database.empty();
    });
    afterAll(async () => {
      await client?.close();
      await microsoft?.drop();
    });

    /** The newer procedures claim either kind, too, when they are not told which. */
    async function aHost(): Promise<void> {
      host = createMssqlProvider({
        connect: () => shared(client),
        prepare: async () => ({ isUtf8: false, microsoftVersion: "1.7.0" }),
        hubName: microsoft.hub,
        clock: systemClock,
        logger: silentLogger,
        shortestPollMs: NO_POLL_MS,
        longestPollMs: NO_POLL_MS,
      });
      await host.start();
      host.onWork((kind) => woken.push(kind));
    }

    async function anEntityBeforeAnOrchestration(): Promise<void> {
      const entity = "@counter@k";
      const seed = anInstanceSeed(entity, { name: entity, executionId: "" });
      const input = JSON.stringify({ op: "add", signal: true, id: "r1" });
      await host.sendMessage({ instanceId: entity, event: anEventRaised("op", { input }), seed });
      await host.createInstance(anExecutionStarted("i1"), new Set());
      woken = [];
    }

    const locked = async (kind: "orchestration" | "entity") =>
      (await host.lockOrchestrations(kind, 1)).map(({ instance }) => instance.instanceId);

    it("wait without a word while what they have found is not taken, and go on when it is", async () => {
      woken = [];
      await aHost();
      await anEntityBeforeAnOrchestration();
      expect(await locked("orchestration")).toEqual([]);
      expect(woken).toContain("entity");
      woken = [];
      expect(await locked("orchestration")).toEqual([]);
      expect(woken).toEqual([]);

      expect(await locked("entity")).toEqual(["@counter@k"]);
      expect(woken).toContain("orchestration");
      expect(await locked("orchestration")).toEqual(["i1"]);
    });
  });
});

describe("work items that were found while another kind was looked for", () => {
  it("are forgotten when nobody has taken them while they were locked", () => {
    const found = new OtherKind();
    found.put(aWorkItem("i1", 100));
    found.put(aWorkItem("i2", 200));
    expect(found.count("orchestration", 99)).toBe(2);
    expect(found.count("orchestration", 100)).toBe(1);
    const taken = found.take("orchestration", 10, 100);
    expect(taken.map((item) => item.instance.instanceId)).toEqual(["i2"]);
    expect(found.take("orchestration", 10, 100)).toEqual([]);
  });
});

function aWorkItem(instanceId: string, expiresAt: number): OrchestrationWorkItem {
  const instance = pendingInstance(instanceId, anInstanceSeed(instanceId));
  return { kind: "orchestration", lock: { token: instanceId, expiresAt }, instance, historyLength: 0, messages: [] };
}
