import { Refused, Unreachable } from "@umbel/components";
import { describe, expect, it } from "vitest";
import { Api } from "./api";

function server(answer: (path: string, init: RequestInit) => Response | Promise<Response>) {
  const asked: string[] = [];
  let active = 0;
  let most = 0;
  const send = (async (url: string, init: RequestInit) => {
    asked.push(`${init.method} ${url}`);
    most = Math.max(most, ++active);
    await new Promise((resolve) => setTimeout(resolve, 1));
    active--;
    return answer(url, init);
  }) as typeof fetch;
  return { api: new Api(send), asked, most: () => most };
}

describe("requests to a node", () => {
  it("go one after the other, a person's first", async () => {
    const { api, asked, most } = server(() => Response.json({}));

    await Promise.all([api.get("node"), api.get("log"), api.now("POST", "commands", { cmd: "hello" }), api.get("tasks")]);

    expect(most()).toBe(1);
    expect(asked).toEqual([
      "GET /api/v1/node",
      "POST /api/v1/commands",
      "GET /api/v1/log",
      "GET /api/v1/tasks",
    ]);
  });

  it("carry JSON and its type, or nothing", async () => {
    const seen: RequestInit[] = [];
    const { api } = server((_, init) => {
      seen.push(init);
      return Response.json({});
    });

    await api.now("POST", "commands", { cmd: "a" });
    await api.get("node");

    expect(seen[0]?.body).toBe('{"cmd":"a"}');
    expect(seen[0]?.headers).toEqual({ "content-type": "application/json" });
    expect(seen[1]?.body).toBeUndefined();
  });

  it("fail with the node's own code", async () => {
    const { api } = server(() => Response.json({ code: "denied", detail: "denied: no" }, { status: 403 }));

    await expect(api.get("config")).rejects.toMatchObject({ code: "denied", detail: "no", status: 403 });
    await expect(api.get("config")).rejects.toBeInstanceOf(Refused);
  });

  it("tell silence from refusal", async () => {
    const { api } = server(() => Promise.reject(new TypeError("failed to fetch")));

    await expect(api.get("node")).rejects.toBeInstanceOf(Unreachable);
  });
});
