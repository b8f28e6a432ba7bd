import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Latest } from "./latest";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a value that moves faster than the node", () => {
  it("is sent at most every 200 ms, and the last one always", async () => {
    const sent: [number, number][] = [];
    const latest = new Latest<number>(async (value) => void sent.push([Date.now(), value]));
    const start = Date.now();

    for (let value = 0; value <= 50; value++) {
      latest.push(value);
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(1000);

    const moments = sent.map(([moment]) => moment - start);
    expect(moments.every((moment, index) => index === 0 || moment - (moments[index - 1] ?? 0) >= 200)).toBe(true);
    expect(sent.at(-1)?.[1]).toBe(50);
    expect(sent.length).toBeLessThanOrEqual(4);
  });

  it("waits for a slow node instead of piling up", async () => {
    const sent: number[] = [];
    const latest = new Latest<number>(async (value) => {
      sent.push(value);
      await new Promise((resolve) => setTimeout(resolve, 5000));
    });

    for (const value of [1, 2, 3, 4]) latest.push(value);
    await vi.advanceTimersByTimeAsync(4999);
    expect(sent).toEqual([1]);
    await vi.advanceTimersByTimeAsync(10000);

    expect(sent).toEqual([1, 4]);
  });

  it("tells when it has settled, also after a refusal", async () => {
    let settled = 0;
    const latest = new Latest<number>(() => Promise.reject(new Error("denied")), () => settled++);

    latest.push(1);
    latest.push(2);
    await vi.advanceTimersByTimeAsync(1000);

    expect(settled).toBe(1);
  });
});
