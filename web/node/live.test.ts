import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Finding, type Link, Live, type Stream } from "./live";

class FakeStream implements Stream {
  onopen: ((event: Event) => unknown) | null = null;
  onerror: ((event: Event) => unknown) | null = null;
  closed = false;
  private readonly listeners = new Map<string, (event: { data: string }) => void>();

  addEventListener(topic: string, listener: (event: { data: string }) => void): void {
    this.listeners.set(topic, listener);
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.onopen?.(new Event("open"));
  }

  fail(): void {
    this.onerror?.(new Event("error"));
  }

  say(topic: string, data: unknown): void {
    this.listeners.get(topic)?.({ data: JSON.stringify(data) });
  }
}

let streams: FakeStream[];
let links: Link[];
let heard: [string, unknown][];
let finding: Finding;
let live: Live;

beforeEach(() => {
  vi.useFakeTimers();
  streams = [];
  links = [];
  heard = [];
  finding = "there";
  live = new Live({
    open: () => {
      const stream = new FakeStream();
      streams.push(stream);
      return stream;
    },
    look: () => Promise.resolve(finding),
    tell: (link) => void links.push(link),
    hear: (topic, data) => void heard.push([topic, data]),
  });
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

const newest = () => streams.at(-1) as FakeStream;

describe("the stream of a node", () => {
  it("brings what the node says", () => {
    live.start();
    newest().open();

    newest().say("log", "a line");
    newest().say("state", { target: "rgb", status: { S: 1 } });

    expect(links).toEqual(["connecting", "live"]);
    expect(heard).toEqual([
      ["log", "a line"],
      ["state", { target: "rgb", status: { S: 1 } }],
    ]);
  });

  it("is opened again after it broke", async () => {
    live.start();
    newest().open();

    newest().fail();
    await vi.advanceTimersByTimeAsync(2000);
    newest().open();

    expect(streams.length).toBe(2);
    expect(streams[0]?.closed).toBe(true);
    expect(links).toEqual(["connecting", "live", "live"]);
  });

  it("gives way to polling where the node has no place for it, and is tried again later", async () => {
    live.start();

    newest().fail();
    await vi.advanceTimersByTimeAsync(2000);
    newest().fail();
    await vi.advanceTimersByTimeAsync(10000);
    expect(links).toEqual(["connecting", "polling"]);
    expect(streams.length).toBe(2);
    await vi.advanceTimersByTimeAsync(30000);
    newest().open();

    expect(links.at(-1)).toBe("live");
  });

  it("waits longer and longer for a node that is gone, and comes back with it", async () => {
    live.start();
    newest().open();
    finding = "gone";

    newest().fail();
    await vi.advanceTimersByTimeAsync(60000);
    expect(links.at(-1)).toBe("lost");
    expect(links.length).toBeLessThan(12);
    finding = "there";
    await vi.advanceTimersByTimeAsync(20000);
    newest().open();

    expect(links.at(-1)).toBe("live");
  });

  it("is closed when somebody notices first that the node is gone", async () => {
    live.start();
    newest().open();
    finding = "gone";

    live.doubt();
    await vi.advanceTimersByTimeAsync(10);

    expect(streams[0]?.closed).toBe(true);
    expect(links.at(-1)).toBe("lost");
  });

  it("stays closed when somebody has to log in", async () => {
    live.start();
    newest().open();
    finding = "closed";

    newest().fail();
    await vi.advanceTimersByTimeAsync(100000);

    expect(streams.length).toBe(1);
  });

  it("is one at a time", async () => {
    live.start();
    live.start();
    newest().open();
    live.doubt();
    await vi.advanceTimersByTimeAsync(5000);

    expect(streams.filter((stream) => !stream.closed).length).toBe(1);
  });
});
