/** An element of a heap; `position` is kept by the heap, -1 while the element is in none. */
export interface HeapItem {
  position: number;
}

/** A binary heap whose elements can be removed before their turn (a cancelled timer, a purged task). */
export class IndexedHeap<T extends HeapItem> {
  private readonly items: T[] = [];

  /** `precedes` tells whether the first argument comes out before the second. */
  constructor(private readonly precedes: (first: T, second: T) => boolean) {}

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    item.position = this.items.length;
    this.items.push(item);
    this.rise(item);
  }

  pop(): T | undefined {
    const first = this.items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes an element out; does nothing when it is not in the heap. */
  remove(item: T): void {
    const { position } = item;
    if (this.items[position] !== item) return;
    item.position = -1;
    const last = this.items.pop();
    if (last === undefined || last === item) return;
    this.place(last, position);
    this.rise(last);
    this.sink(last);
  }

  private place(item: T, position: number): void {
    this.items[position] = item;
    item.position = position;
  }

  private rise(item: T): void {
    for (;;) {
      const parent = this.items[(item.position - 1) >> 1];
      if (parent === undefined || item.position === 0 || !this.precedes(item, parent)) return;
      this.swap(item, parent);
    }
  }

  private sink(item: T): void {
    for (;;) {
      const left = this.items[2 * item.position + 1];
      const right = this.items[2 * item.position + 2];
      if (left === undefined) return;
      const child = right !== undefined && this.precedes(right, left) ? right : left;
      if (!this.precedes(child, item)) return;
      this.swap(item, child);
    }
  }

  private swap(first: T, second: T): void {
    const position = first.position;
    this.place(first, second.position);
    this.place(second, position);
  }
}
