import { DurableHostError } from "@durable-host/engine";
import { Journal, type JournalTarget } from "../../src/journal/journal";

/** A store of words: what was said in a transaction is heard once the transaction is durable. */
interface Words {
  readonly said: string[];
}

type SyncResult = { readonly resolve: () => void; readonly reject: (error: Error) => void };

function aJournal(options: { readonly batchSize?: number; readonly manualSync?: boolean } = {}) {
  const heard: string[] = [];
  const batches: string[][] = [];
  const syncs: SyncResult[] = [];
  const broken: string[] = [];
  let rollbacks = 0;
  const failing: { commit?: (words: readonly string[]) => Error | undefined; rollback?: Error; flushed?: Error } = {};
  const target: JournalTarget<Words> = {
    begin: () => ({ said: [] }),
    commit({ said }) {
      const error = failing.commit?.(said);
      if (error) throw error;
      batches.push([...said]);
    },
    rollback() {
      rollbacks++;
      if (failing.rollback) throw failing.rollback;
    },
    hasChanges: ({ said }) => said.length > 0,
    sync: () =>
      options.manualSync
        ? new Promise<void>((resolve, reject) => syncs.push({ resolve, reject }))
        : Promise.resolve(void syncs.push({ resolve: () => {}, reject: () => {} })),
    apply: ({ said }) => void heard.push(...said),
    flushed() {
      if (failing.flushed) throw failing.flushed;
    },
    broke: (error) => void broken.push(error.code),
    failure: (error) =>
      error instanceof DurableHostError ? error : new DurableHostError("STORAGE_TRANSIENT", String(error)),
  };
  const journal = new Journal(target, options.batchSize);
  const say = (word: string) => journal.submit(({ said }) => said.push(word) && word);
  return { journal, broken, say, heard, batches, syncs, failing, rollbacks: () => rollbacks };
}

/** Lets everything that is ready to run do so. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe("group commit", () => {
  it("saves everything submitted in one turn with one flush, in order", async () => {
    const { say, batches, syncs, heard } = aJournal();
    await expect(Promise.all([say("a"), say("b"), say("c")])).resolves.toEqual(["a", "b", "c"]);
    expect(batches).toEqual([["a", "b", "c"]]);
    expect(syncs).toHaveLength(1);
    expect(heard).toEqual(["a", "b", "c"]);
  });

  it("gathers what is submitted during a flush for the next one", async () => {
    const { say, batches, syncs } = aJournal({ manualSync: true });
    const first = say("a");
    await settle();
    const others = [say("b"), say("c")];
    await settle();
    expect(batches).toEqual([["a"]]);
    syncs[0]?.resolve();
    await first;
    await settle();
    expect(batches).toEqual([["a"], ["b", "c"]]);
    syncs[1]?.resolve();
    await Promise.all(others);
  });

  it("acknowledges nothing, and shows memory nothing, before it is durable", async () => {
    const { say, batches, syncs, heard } = aJournal({ manualSync: true });
    let acknowledged = false;
    const saying = say("a").then(() => (acknowledged = true));
    await settle();
    expect([batches, heard, acknowledged]).toEqual([[["a"]], [], false]);
    syncs[0]?.resolve();
    await saying;
    expect(heard).toEqual(["a"]);
  });

  it("divides what has gathered into batches of bounded size", async () => {
    const { say, batches } = aJournal({ batchSize: 2 });
    await Promise.all(["a", "b", "c", "d", "e"].map(say));
    expect(batches).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  });

  it("counts flushes and operations", async () => {
    const { journal, say } = aJournal();
    await Promise.all([say("a"), say("b")]);
    await say("c");
    expect(journal.counters).toEqual({ flushes: 2, operations: 3 });
  });

  it("does not synchronise a batch that changed nothing", async () => {
    const { journal, syncs } = aJournal();
    await expect(journal.submit(() => 7)).resolves.toBe(7);
    expect(syncs).toEqual([]);
  });
});

describe("failures", () => {
  it("rejects an operation that must not happen and saves the others of its batch", async () => {
    const { journal, say, batches } = aJournal();
    const refused = journal.submit(() => {
      throw new DurableHostError("INSTANCE_EXISTS", "no");
    });
    const outcomes = await Promise.allSettled([say("a"), refused, say("b")]);
    expect(outcomes).toMatchObject([{ value: "a" }, { reason: { code: "INSTANCE_EXISTS" } }, { value: "b" }]);
    expect(batches).toEqual([["a", "b"]]);
  });

  it("repeats a failed batch one operation at a time, so that only the guilty one fails", async () => {
    const { journal, say, batches, heard, rollbacks } = aJournal();
    const broken = journal.submit(() => {
      throw new Error("constraint");
    });
    const outcomes = await Promise.allSettled([say("a"), broken, say("b")]);
    expect(outcomes).toMatchObject([{ value: "a" }, { reason: { code: "STORAGE_TRANSIENT" } }, { value: "b" }]);
    expect(batches).toEqual([["a"], ["b"]]);
    expect(heard).toEqual(["a", "b"]);
    expect(rollbacks()).toBe(2);
  });

  it("leaves no trace of operations whose commit fails, and works again afterwards", async () => {
    const { say, failing, heard } = aJournal();
    failing.commit = () => new Error("disk full");
    const outcomes = await Promise.allSettled([say("a"), say("b")]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(heard).toEqual([]);
    failing.commit = undefined;
    await expect(say("c")).resolves.toBe("c");
    expect(heard).toEqual(["c"]);
  });

  it("says that the outcome is unknown when the log cannot be synchronised, and accepts nothing more", async () => {
    const { journal, broken, say, syncs, heard } = aJournal({ manualSync: true });
    const saying = say("a");
    const queued = settle().then(() => say("b"));
    await settle();
    await settle();
    syncs[0]?.reject(new Error("I/O error"));
    await expect(saying).rejects.toMatchObject({ code: "STORAGE_TRANSIENT", outcomeUnknown: true });
    await expect(queued).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    await expect(say("c")).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    await expect(journal.read(() => 1)).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    expect(heard).toEqual([]);
    expect(broken).toEqual(["STORAGE_PERMANENT"]);
  });
});

describe("what cannot be undone", () => {
  it.each(["rollback", "flushed"] as const)("accepts nothing more when %s fails after a failure", async (step) => {
    const { journal, broken, say, failing, heard } = aJournal();
    failing.commit = () => new Error("disk full");
    failing[step] = new Error("no way back");
    const outcomes = await Promise.allSettled([say("a"), say("b"), journal.read(() => 1)]);
    expect(outcomes).toMatchObject([
      { reason: { code: "STORAGE_TRANSIENT", outcomeUnknown: true } },
      { reason: { code: "STORAGE_TRANSIENT", outcomeUnknown: true } },
      { reason: { code: "STORAGE_PERMANENT" } },
    ]);
    await expect(say("c")).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    await expect(journal.read(() => 1)).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    await expect(journal.close(new DurableHostError("STORAGE_PERMANENT", "closed"))).resolves.toBeUndefined();
    expect([heard, broken]).toEqual([[], ["STORAGE_PERMANENT"]]);
  });
});

describe("reads", () => {
  it("answer at once when nothing is being saved", async () => {
    const { journal } = aJournal();
    await expect(journal.read(() => 7)).resolves.toBe(7);
  });

  it("wait for the flush under way, so that they show only what is durable", async () => {
    const { journal, say, syncs, heard } = aJournal({ manualSync: true });
    const saying = say("a");
    await settle();
    const read = journal.read(() => [...heard]);
    syncs[0]?.resolve();
    await expect(read).resolves.toEqual(["a"]);
    await saying;
  });

  it("are not put off by a stream of writes", async () => {
    const { journal, say, syncs, batches } = aJournal({ manualSync: true });
    const first = say("a");
    await settle();
    const second = say("b");
    const read = journal.read(() => batches.length);
    syncs[0]?.resolve();
    await expect(read).resolves.toBe(1);
    await first;
    await settle();
    syncs[1]?.resolve();
    await second;
  });

  it("reject with the translated error", async () => {
    const { journal } = aJournal();
    const read = journal.read(() => {
      throw new Error("bad page");
    });
    await expect(read).rejects.toMatchObject({ code: "STORAGE_TRANSIENT" });
  });
});

describe("closing", () => {
  it("finishes what was submitted and rejects what comes later", async () => {
    const { journal, say, heard } = aJournal();
    const saying = [say("a"), say("b")];
    await journal.close(new DurableHostError("STORAGE_PERMANENT", "closed"));
    await expect(Promise.all(saying)).resolves.toEqual(["a", "b"]);
    expect(heard).toEqual(["a", "b"]);
    await expect(say("c")).rejects.toThrow("closed");
  });
});
