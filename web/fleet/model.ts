// What the gateway tells of its nodes.

export type NodeCondition = "unknown" | "up" | "locked" | "refused" | "offline";

export interface NodeView {
  name: string;
  address: string;
  url: string | null;
  condition: NodeCondition;
  id: string | null;
  version: string | null;
  board: string | null;
  network: string | null;
  uptime: number | null; // seconds
  memory_used: number | null; // bytes
  memory_free: number | null; // bytes
  load: number | null; // percent
  is_open: boolean | null;
  reason: string | null;
  seen: string | null;
}

export interface App {
  uid: string;
  version: string;
  title: string;
  state: string;
  launchable: boolean;
  icon: string; // a path, or ""
  out: string; // the last thing it said, or why it failed
  fault: string | null; // why it cannot be described
}

export interface Outcome {
  answer: { result: unknown; text: string } | null;
  error: { code: string; message: string } | null;
}

export interface Change {
  nodes: NodeView[];
  gone: string[];
}

export type Column = "name" | "address" | "version" | "memory" | "load" | "uptime";

export interface Order {
  column: Column;
  down: boolean;
}

export type Nodes = Record<string, NodeView>;

/** The nodes after a change. */
export function changed(nodes: Nodes, { nodes: views, gone }: Change): Nodes {
  const after = { ...nodes };
  for (const view of views) after[view.name] = view;
  for (const name of gone) delete after[name];
  return after;
}

/** The nodes that fit every word of `filter`, in order. */
export function listed(nodes: Nodes, filter: string, { column, down }: Order): NodeView[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = Object.values(nodes).filter((node) => {
    const text = [node.name, node.address, node.version, node.board, node.condition, node.id].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const byName = (a: NodeView, b: NodeView) => a.name.localeCompare(b.name, undefined, { numeric: true });
  const sign = down ? -1 : 1;
  return fitting.sort((a, b) => sign * compared(key(a, column), key(b, column)) || byName(a, b));
}

/** Percent of the memory in use. */
export function memory({ memory_used: used, memory_free: free }: NodeView): number | undefined {
  return used === null || free === null ? undefined : Math.round((used * 100) / (used + free || 1));
}

function key(node: NodeView, column: Column): string | number | undefined {
  if (column === "memory") return memory(node);
  return node[column] ?? undefined;
}

function compared(a: string | number | undefined, b: string | number | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
