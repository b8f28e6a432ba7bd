// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Gateway, type Stream, troubleOf } from "./gateway";

class FakeStream implements Stream {
  onopen: ((event: Event) => unknown) | null = null;
  onerror: ((event: Event) => unknown) | null = null;
  listener: (event: { data: string }) => void = () => {};
  closed = false;

  addEventListener(_: string, listener: (event: { data: string }) => void): void {
    this.listener = listener;
  }

  close(): void {
    this.closed = true;
  }

  say(names: string[], gone: string[] = []): void {
    this.listener({ data: JSON.stringify({ nodes: names.map((name) => ({ name })), gone }) });
  }
}

let streams: FakeStream[];
let answers: Record<string, () => Response>;
let gateway: Gateway;

beforeEach(() => {
  vi.useFakeTimers();
  streams = [];
  answers = { "GET /api/login": () => Response.json({ auth: true, in: true }) };
  gateway = new Gateway(
    () => {
      const stream = new FakeStream();
      streams.push(stream);
      return stream;
    },
    (async (url: string, init: RequestInit) => {
      const answer = answers[`${init.method} ${url}`];
      if (!answer) throw new TypeError("refused");
      return answer();
    }) as typeof fetch,
  );
});
afterEach(() => void vi.useRealTimers());

const state = () => gateway.store.value;

describe("the page of the gateway", () => {
  it("follows the fleet", async () => {
    await gateway.begin();
    streams[0]?.onopen?.(new Event("open"));

    streams[0]?.say(["attic", "cellar"]);
    streams[0]?.say(["attic"], ["cellar"]);

    expect(state()).toMatchObject({ phase: "ready", link: "live", known: true });
    expect(Object.keys(state().nodes)).toEqual(["attic"]);
  });

  it("asks for the token, and opens with it", async () => {
    let isIn = false;
    answers["GET /api/login"] = () => Response.json({ auth: true, in: isIn });
    answers["POST /api/login"] = () =>
      isIn ? Response.json({}) : Response.json({ code: "wrong_token", detail: "no" }, { status: 401 });
    await gateway.begin();
    expect(state().phase).toBe("login");

    await gateway.login("guess");
    expect(state().problem).toMatch(/not the token/);
    isIn = true;
    await gateway.login("right");

    expect(state()).toMatchObject({ phase: "ready", problem: undefined });
  });

  it("begins anew when the gateway was gone, and forgets who left meanwhile", async () => {
    await gateway.begin();
    streams[0]?.say(["attic", "cellar"]);

    const welcome = answers["GET /api/login"] as () => Response;
    delete answers["GET /api/login"];
    streams[0]?.onerror?.(new Event("error"));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(state().link).toBe("lost");
    answers["GET /api/login"] = welcome;
    await vi.advanceTimersByTimeAsync(20_000);
    streams[1]?.say(["attic"]);

    expect(Object.keys(state().nodes)).toEqual(["attic"]);
    expect(streams.length).toBe(2);
  });
});

describe("what a node refuses", () => {
  it("is one sentence without what the table says already", () => {
    const error = { code: "unknown_module", message: "attic: unknown module: rgbb" };

    expect(troubleOf("attic", { answer: null, error })).toBe("There is no module “rgbb”.");
  });

  it("is nothing where it answered", () => {
    expect(troubleOf("attic", { answer: { result: 1, text: "1" }, error: null })).toBeUndefined();
  });
});
