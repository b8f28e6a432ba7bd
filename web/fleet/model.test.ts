import { describe, expect, it } from "vitest";
import { changed, listed, memory, type NodeView } from "./model";

function view(name: string, more: Partial<NodeView> = {}): NodeView {
  return {
    name, address: "127.0.1.1:8080", url: null, condition: "up", id: null, version: "0.1.0", board: null, network: null,
    uptime: 1, memory_used: 10, memory_free: 30, load: 0, is_open: false, reason: null, seen: null, ...more,
  };
}

const nodes = changed({}, { nodes: [view("node10"), view("node2", { condition: "offline", uptime: null }), view("attic", { uptime: 99 })], gone: [] });
const names = (filter: string, column: "name" | "uptime" = "name", down = false) =>
  listed(nodes, filter, { column, down }).map((node) => node.name);

describe("the table of the fleet", () => {
  it("takes in what changes and drops who is gone", () => {
    const after = changed(nodes, { nodes: [view("attic", { uptime: 5 }), view("new")], gone: ["node2", "never"] });

    expect(Object.keys(after)).toEqual(["node10", "attic", "new"]);
    expect(after.attic?.uptime).toBe(5);
    expect(nodes.attic?.uptime).toBe(99);
  });

  it("counts as people do", () => {
    expect(names("")).toEqual(["attic", "node2", "node10"]);
    expect(names("", "name", true)).toEqual(["node10", "node2", "attic"]);
  });

  it("puts last what is not known", () => {
    expect(names("", "uptime")).toEqual(["node10", "attic", "node2"]);
  });

  it("fits every word of the filter", () => {
    expect(names("NODE off")).toEqual(["node2"]);
    expect(names("127.0.1.1 attic")).toEqual(["attic"]);
    expect(names("nobody")).toEqual([]);
  });

  it("knows how full a node is", () => {
    expect(memory(view("a"))).toBe(25);
    expect(memory(view("a", { memory_free: null }))).toBeUndefined();
  });
});
