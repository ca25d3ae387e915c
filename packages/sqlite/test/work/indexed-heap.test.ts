import fc from "fast-check";
import { IndexedHeap, type HeapItem } from "../../src/work/indexed-heap";

interface Item extends HeapItem {
  readonly rank: number;
}

const item = (rank: number): Item => ({ rank, position: -1 });
const aHeap = () => new IndexedHeap<Item>((a, b) => a.rank < b.rank);

function drain(heap: IndexedHeap<Item>): number[] {
  const ranks: number[] = [];
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) ranks.push(next.rank);
  return ranks;
}

it("gives items back in order, whatever order they came in and whichever were removed", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ rank: fc.integer({ min: 0, max: 50 }), removed: fc.boolean() })), (entries) => {
      const heap = aHeap();
      const items = entries.map(({ rank }) => item(rank));
      for (const each of items) heap.push(each);
      for (const [index, { removed }] of entries.entries()) if (removed) heap.remove(items[index]!);
      const kept = entries.filter(({ removed }) => !removed).map(({ rank }) => rank);
      expect(heap.size).toBe(kept.length);
      expect(drain(heap)).toEqual(kept.toSorted((a, b) => a - b));
    }),
  );
});

it("ignores the removal of an item it does not hold", () => {
  const heap = aHeap();
  const [inside, outside] = [item(1), item(2)];
  heap.push(inside);
  heap.remove(outside);
  heap.remove(inside);
  heap.remove(inside);
  expect(heap.size).toBe(0);
  expect(heap.peek()).toBeUndefined();
  expect(heap.pop()).toBeUndefined();
});

it("takes an item again after it was taken out", () => {
  const heap = aHeap();
  const each = item(1);
  heap.push(each);
  heap.pop();
  heap.push(each);
  expect(heap.peek()).toBe(each);
});
