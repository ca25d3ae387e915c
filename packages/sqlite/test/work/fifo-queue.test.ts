import { FifoQueue } from "../../src/work/fifo-queue";

it("gives items back in the order they came, also across many rounds", () => {
  const queue = new FifoQueue<number>();
  let pushed = 0;
  let shifted = 0;
  for (let round = 0; round < 5_000; round++) {
    queue.push(pushed++);
    queue.push(pushed++);
    expect(queue.shift()).toBe(shifted++);
  }
  expect(queue.size).toBe(pushed - shifted);
  while (queue.size > 0) expect(queue.shift()).toBe(shifted++);
  expect(shifted).toBe(pushed);
});

it("has nothing to give when it is empty, and works again after that", () => {
  const queue = new FifoQueue<string>();
  expect(queue.shift()).toBeUndefined();
  queue.push("a");
  expect([queue.shift(), queue.shift()]).toEqual(["a", undefined]);
  queue.push("b");
  expect(queue.shift()).toBe("b");
});
