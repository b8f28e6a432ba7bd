import { describe, expect, it } from "vitest";
import { Lane } from "./lane";

function gate() {
  let open = () => {};
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, closed };
}

describe("a lane", () => {
  it("does one thing at a time, in order", async () => {
    const lane = new Lane();
    const done: string[] = [];
    const first = gate();

    const all = Promise.all([
      lane.run(async () => {
        await first.closed;
        done.push("first");
      }),
      lane.run(async () => void done.push("second")),
    ]);
    await Promise.resolve();
    expect(done).toEqual([]);
    first.open();
    await all;

    expect(done).toEqual(["first", "second"]);
  });

  it("lets what is urgent overtake what waits, and nothing that is urgent too", async () => {
    const lane = new Lane();
    const done: string[] = [];
    const first = gate();
    const note = (name: string) => async () => void done.push(name);

    const all = Promise.all([
      lane.run(() => first.closed),
      lane.run(note("poll")),
      lane.run(note("press"), true),
      lane.run(note("press again"), true),
    ]);
    first.open();
    await all;

    expect(done).toEqual(["press", "press again", "poll"]);
  });

  it("goes on after a failure", async () => {
    const lane = new Lane();

    await expect(lane.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");

    await expect(lane.run(() => Promise.resolve(7))).resolves.toBe(7);
  });

  it("never does more than it is wide", async () => {
    const lane = new Lane(2);
    let active = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setTimeout(resolve, 1));
      active--;
    };

    await Promise.all(Array.from({ length: 9 }, () => lane.run(work)));

    expect(most).toBe(2);
  });
});
