import { ManualClock, waitUntil } from "@durable-host/testkit";
import { StorageAccounts } from "../../../src/storage-account/storage-accounts";
import { BlobReceipts, RECEIPT_CONTAINER } from "../../../src/triggers/blob/blob-receipts";
import { HeldReceipt } from "../../../src/triggers/blob/held-receipt";
import { useStorageAccount } from "../../bindings/storage-account";

const account = useStorageAccount();

/** A host at the account, and how often it was told of a loss. */
async function aHost() {
  const clock = new ManualClock();
  const openBlobs = new StorageAccounts({ Account: account.connectionString }).blobService("Account");
  const container = (await openBlobs()).getContainerClient(RECEIPT_CONTAINER);
  const receipts = new BlobReceipts(container, "shop", "read", clock);
  const key = receipts.keyOf({ container: "inbox", name: "a.txt", etag: "0x1" });
  let losses = 0;
  const ask = () => receipts.take(key, () => losses++);
  const take = async (): Promise<HeldReceipt> => {
    const held = await ask();
    if (!(held instanceof HeldReceipt)) throw new Error(`The receipt is ${held}.`);
    return held;
  };
  return { clock, ask, take, losses: () => losses, breakLease: () => breakLease(key) };
}

async function breakLease(key: string): Promise<void> {
  await account.blobs.getContainerClient(RECEIPT_CONTAINER).getBlobClient(key).getBlobLeaseClient().breakLease(0);
}

describe("the receipt of a blob", () => {
  it("is with one host at a time, and counts the runs", async () => {
    const [one, other] = [await aHost(), await aHost()];
    const held = await one.take();
    expect([held.attempt, await other.ask()]).toEqual([1, "taken"]);
    await held.release();
    const again = await other.take();
    expect([again.attempt, await again.complete(), await one.ask()]).toEqual([2, true, "completed"]);
  });

  it("keeps what the host made of it that took it last", async () => {
    const [slow, other] = [await aHost(), await aHost()];
    const lost = await slow.take();
    await slow.breakLease();
    const held = await other.take();
    slow.clock.advance(30_000);
    await waitUntil("the loss to be noticed", () => (slow.losses() > 0 ? true : undefined));
    expect(await lost.complete()).toBe(false);

    await held.release();
    expect((await (await aHost()).take()).attempt).toBe(3);
    expect([slow.losses(), other.losses()]).toEqual([1, 0]);
  });

  it("is not completed by a host that finds out only then that it has lost it", async () => {
    const [slow, other] = [await aHost(), await aHost()];
    const lost = await slow.take();
    await slow.breakLease();
    const held = await other.take();
    expect([await lost.complete(), slow.losses(), await held.complete()]).toEqual([false, 1, true]);
  });
});
