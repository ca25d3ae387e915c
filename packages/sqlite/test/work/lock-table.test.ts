import { LockTable } from "../../src/work/lock-table";

const aTable = () => new LockTable<string>(100, "t");

function expired(table: LockTable<string>, now: number): string[] {
  const owners: string[] = [];
  table.expire(now, ({ owner }) => owners.push(owner));
  return owners;
}

it("finds a lock until it is released", () => {
  const table = aTable();
  const lock = table.acquire("a", 0);
  expect(table.find(lock.token)).toBe(lock);
  table.release(lock);
  expect(table.find(lock.token)).toBeUndefined();
});

it("never gives one token twice", () => {
  const table = aTable();
  const first = table.acquire("a", 0);
  table.release(first);
  expect(table.acquire("a", 0).token).not.toBe(first.token);
});

it("expires locks when their time is over, and not before", () => {
  const table = aTable();
  table.acquire("a", 0);
  table.acquire("b", 50);
  expect(expired(table, 99)).toEqual([]);
  expect(expired(table, 100)).toEqual(["a"]);
  expect(table.nextAt).toBe(150);
  expect(expired(table, 1_000)).toEqual(["b"]);
  expect(table.nextAt).toBeUndefined();
});

it("lets a renewed lock expire after those taken before the renewal", () => {
  const table = aTable();
  const a = table.acquire("a", 0);
  table.acquire("b", 10);
  expect(table.renew(a.token, 50)).toBe(150);
  expect(expired(table, 110)).toEqual(["b"]);
  expect(table.find(a.token)).toBe(a);
  expect(expired(table, 150)).toEqual(["a"]);
});

it("does not renew a lock that is gone", () => {
  const table = aTable();
  const lock = table.acquire("a", 0);
  table.release(lock);
  expect(table.renew(lock.token, 0)).toBeUndefined();
  expect(table.size).toBe(0);
});

it("does not expire a lock whose commit is being saved, nor wait for it", () => {
  const table = aTable();
  const ending = table.acquire("ending", 0);
  table.acquire("other", 0);
  ending.ending = true;
  expect(expired(table, 100)).toEqual(["other"]);
  expect(table.nextAt).toBeUndefined();
  ending.ending = false;
  expect(table.nextAt).toBe(100);
});
