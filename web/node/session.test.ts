// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "./api";
import type { Stream } from "./live";
import type { Module } from "./model";
import { Session } from "./session";

const DIMMER: Module = {
  name: "dimmer",
  loaded: true,
  commands: [
    { name: "set_value", role: "control", parameters: [{ name: "value", minimum: 0, maximum: 1000 }] },
    { name: "status", role: "view", parameters: [] },
  ],
};

/** A node as the page sees it, with nothing behind it. */
class FakeNode {
  auth = false;
  isDown = false;
  cookie = false;
  uptime = 60_000;
  level = 5;
  tasks: unknown[] = [];
  devices: Record<string, unknown[]> = { types: [], instances: [], faults: [] };
  apps: unknown[] | undefined = []; // undefined: the node was built without
  asked: string[] = [];
  streams: FakeStream[] = [];

  readonly send = (async (url: string, init: RequestInit) => {
    const path = url.replace("/api/v1/", "");
    this.asked.push(`${init.method} ${path}`);
    if (this.isDown) throw new TypeError("refused");
    const body = init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {};
    return this.answer(`${init.method} ${path}`, body);
  }) as typeof fetch;

  readonly open = (): Stream => {
    const stream = new FakeStream();
    this.streams.push(stream);
    return stream;
  };

  private answer(what: string, body: Record<string, unknown>): Response {
    const isIn = !this.auth || this.cookie;
    if (what === "GET login") return Response.json({ name: "attic", auth: this.auth, role: isIn ? "admin" : "nobody" });
    if (what === "POST login") {
      if (body.password !== "right") return problem(401, "wrong_password");
      this.cookie = true;
      return Response.json({ role: "admin" });
    }
    if (!isIn) return problem(401, "login_required");
    if (what === "POST logout") {
      this.cookie = false;
      return Response.json({});
    }
    if (what === "GET node") {
      return Response.json({ name: "attic", uptime_ms: this.uptime, load: 3, heap: { used: 1, free: 1 }, faults: [] });
    }
    if (what === "GET modules") return Response.json([DIMMER, { name: "rgb", loaded: false }]);
    if (what === "GET modules/rgb") return Response.json({ name: "rgb", loaded: true, commands: [] });
    if (what === "GET devices") return Response.json(this.devices);
    if (what === "GET apps") {
      return this.apps ? Response.json({ language: "de", apps: this.apps }) : problem(404, "not_included");
    }
    if (what === "GET log") return Response.json(["t [BOOT] up"]);
    if (what === "GET tasks") return Response.json(this.tasks);
    if (what === "POST modules/dimmer/status") return Response.json({ result: { X: this.level, S: 1 }, text: "" });
    if (what === "POST modules/dimmer/set_value") {
      this.level = Number(body.value);
      return Response.json({ result: { X: this.level, S: 1 }, text: "" });
    }
    if (what === "POST commands") return Response.json({ result: "ok", text: "ok" });
    return problem(404, "not_found");
  }
}

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

  say(topic: string, data: unknown): void {
    this.listeners.get(topic)?.({ data: JSON.stringify(data) });
  }
}

function problem(status: number, code: string): Response {
  return Response.json({ code, detail: code.replaceAll("_", " ") }, { status });
}

let node: FakeNode;
let session: Session;
const state = () => session.store.value;
const settle = (milliseconds = 50) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.useFakeTimers();
  node = new FakeNode();
  session = new Session(new Api(node.send), node.open);
});
afterEach(() => void vi.useRealTimers());

async function started() {
  void session.begin();
  await settle();
  const stream = node.streams.at(-1);
  stream?.onopen?.(new Event("open"));
  await settle();
  return stream as FakeStream;
}

describe("the page of an open node", () => {
  it("shows what the node has", async () => {
    await started();

    expect(state()).toMatchObject({ phase: "ready", link: "live", name: "attic", role: "admin" });
    expect(state().modules?.map((module) => module.name)).toEqual(["dimmer", "rgb"]);
    expect(state().states.dimmer).toEqual({ X: 5, S: 1 });
    expect(state().log).toEqual(["t [BOOT] up"]);
  });

  it("follows the stream", async () => {
    const stream = await started();

    stream.say("log", "t [INFO] more");
    stream.say("state", { target: "dimmer", status: { X: 9, S: 0 } });
    stream.say("state", { target: "system", status: null });
    stream.say("notify", "dinner");

    expect(state().log.at(-1)).toBe("t [INFO] more");
    expect(state().states.dimmer).toEqual({ X: 9, S: 0 });
    expect(state().states.system).toBeUndefined();
    expect(state().notice).toBe("dinner");
  });

  it("takes the answer of a control for its state", async () => {
    await started();

    void session.call("dimmer", "set_value", { value: 700 });
    await settle();

    expect(state().states.dimmer).toEqual({ X: 700, S: 1 });
  });

  it("asks for figures now and then, never faster than every two seconds", async () => {
    await started();
    node.asked = [];

    await settle(60_000);

    const polls = node.asked.filter((what) => what === "GET node").length;
    expect(polls).toBeGreaterThan(8);
    expect(polls).toBeLessThan(30);
    expect(node.asked.filter((what) => what === "GET log")).toEqual([]);
  });

  it("loads a module", async () => {
    await started();

    void session.loadModule("rgb");
    await settle();

    expect(state().modules?.find((module) => module.name === "rgb")?.loaded).toBe(true);
  });

  it("knows the apps, in whatever language they are called, and looks again when told", async () => {
    node.apps = [{ uid: "garden", title: "Gartenlicht" }];
    const stream = await started();
    const language = state().language;
    expect(state().apps.map(({ title }) => title)).toEqual(["Gartenlicht"]);

    node.apps = [];
    stream.say("state", { target: "apps", status: null });
    await settle();

    expect(state().apps).toEqual([]);
    expect(state().language).toBe(language);
  });

  it("does not complain about a part that the node was built without", async () => {
    node.apps = undefined;
    await started();

    expect(state().apps).toEqual([]);
    expect(state().notice).toBeUndefined();
  });

  it("says in one sentence what cannot be done", async () => {
    await started();

    void session.loadModule("nothing");
    await settle();

    expect(state().notice).toMatch(/^There is no not found|^There is no/);
  });

  it("goes on trying when the node is gone, and knows it again", async () => {
    const stream = await started();
    node.isDown = true;
    stream.onerror?.(new Event("error"));
    await settle(10_000);
    expect(state().link).toBe("lost");

    node.isDown = false;
    node.uptime = 800;
    node.level = 77;
    await settle(20_000);
    node.streams.at(-1)?.onopen?.(new Event("open"));
    node.streams.at(-1)?.say("node", { name: "attic", uptime_ms: 900 });
    await settle();

    expect(state().phase).toBe("ready");
    expect(state().states.dimmer).toEqual({ X: 77, S: 1 });
    expect(node.streams.filter((one) => !one.closed).length).toBe(1);
  });

  it("notices a restart that no stream told of", async () => {
    const stream = await started();

    await settle(15_000);
    node.uptime = 300;
    await settle(6000);

    expect(stream.closed).toBe(true);
    expect(node.streams.length).toBe(2);
  });
});

describe("what hangs on the node", () => {
  const lamp = { id: "device2", type: "desktop", sensor: false, limits: null, status: { nickname: "Screen" } };
  const kinds = [
    { type: "desktop", sensor: true, display_name: "Computer Activity" },
    { type: "desktop", sensor: false, display_name: "Computer Screen" },
  ];
  const listed = () => node.asked.filter((request) => request === "GET devices").length;

  beforeEach(() => {
    node.devices = { types: kinds, instances: [{ ...lamp, id: "device10" }, lamp], faults: ["device3: no pin"] };
  });

  it("is listed by number, each with its own type", async () => {
    await started();

    expect(state().devices.map(({ id }) => id)).toEqual(["device2", "device10"]);
    expect(state().devices[0]?.kind?.display_name).toBe("Computer Screen");
    expect(state().faults).toEqual(["device3: no pin"]);
  });

  it("tells by itself what is new", async () => {
    const stream = await started();

    stream.say("state", { target: "device2", status: { nickname: "Monitor" } });
    await settle();

    expect(state().devices[0]?.status?.nickname).toBe("Monitor");
    expect(state().devices[1]?.status?.nickname).toBe("Screen");
    expect(listed()).toBe(1);
  });

  it("is asked anew when that concerns all, or when something was lost", async () => {
    const stream = await started();

    stream.say("state", { target: "devices", status: null });
    await settle();
    stream.say("lost", 3);
    await settle();

    expect(listed()).toBe(3);
  });
});

describe("the page of a node that wants a password", () => {
  beforeEach(() => {
    node.auth = true;
  });

  it("asks for it, and for nothing else meanwhile", async () => {
    void session.begin();
    await settle(60_000);

    expect(state()).toMatchObject({ phase: "login", name: "attic" });
    expect(new Set(node.asked)).toEqual(new Set(["GET login"]));
  });

  it("says when it is wrong, and opens when it is right", async () => {
    void session.begin();
    await settle();

    void session.login("wrong");
    await settle();
    expect(state()).toMatchObject({ phase: "login", loginProblem: "That is not the password." });
    void session.login("right");
    await settle();

    expect(state()).toMatchObject({ phase: "ready", role: "admin", loginProblem: undefined });
  });

  it("forgets everything at logout", async () => {
    node.cookie = true;
    const stream = await started();

    void session.logout();
    await settle();

    expect(state()).toMatchObject({ phase: "login", modules: undefined, log: [], states: {} });
    expect(stream.closed).toBe(true);
  });

  it("asks again when the node has restarted", async () => {
    node.cookie = true;
    const stream = await started();

    node.cookie = false;
    stream.onerror?.(new Event("error"));
    await settle(3000);

    expect(state().phase).toBe("login");
    expect(state().notice).toMatch(/Log in again/);
  });
});
