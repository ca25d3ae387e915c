import { silentLogger } from "@durable-host/testkit";
import { Listeners } from "../../src/runtime/listeners";

describe("listeners", () => {
  it("are all called, also when one of them throws", () => {
    const errors: string[] = [];
    const listeners = new Listeners<number>({ ...silentLogger, error: (message) => errors.push(message) }, "numbers");
    const heard: number[] = [];
    listeners.add(() => {
      throw new Error("no");
    });
    listeners.add((value) => heard.push(value));
    listeners.call(7);
    expect(heard).toEqual([7]);
    expect(errors).toEqual(["A listener for numbers threw."]);
  });

  it("can be added twice and each removed by itself", () => {
    const listeners = new Listeners<number>(silentLogger, "numbers");
    const heard: number[] = [];
    const listen = (value: number) => heard.push(value);
    const remove = listeners.add(listen);
    listeners.add(listen);
    remove();
    listeners.call(1);
    expect(heard).toEqual([1]);
  });
});
