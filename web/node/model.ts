// What a node tells about itself, as its /api/v1 says it.

export type Role = "nobody" | "view" | "control" | "admin";

const ROLES: readonly Role[] = ["nobody", "view", "control", "admin"];

/** Whether who has the role `mine` may do what `wanted` may. */
export function may(mine: Role, wanted: Role): boolean {
  return ROLES.indexOf(mine) >= ROLES.indexOf(wanted);
}

export interface Welcome {
  name: string;
  auth: boolean;
  role: Role;
}

export interface About {
  name: string;
  id: string;
  version: string;
  board: string;
  platform: string;
  runtime: string;
  address: string;
  network: string;
  auth: boolean;
  uptime_ms: number;
  heap: { used: number; free: number };
  load: number;
  reset_cause: string;
  faults: string[];
}

export interface Parameter {
  name: string;
  type?: string;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
}

export interface Widget {
  type: string;
  refresh?: number; // milliseconds
  limit?: number; // samples of a graph
  result?: boolean; // show what the command answers
  callback?: string;
  title?: string;
  image?: boolean;
}

export interface Command {
  name: string;
  role: Role;
  parameters: Parameter[];
  postfix?: string;
  widget?: Widget;
}

export interface Module {
  name: string;
  loaded: boolean;
  commands?: Command[];
}

/** What metadata says of a type of device or sensor. */
export interface Kind {
  type: string;
  display_name: string;
  sensor: boolean;
  triggerable?: boolean;
  rule_prompt: string;
  rule_unit?: string;
  commands?: Record<string, string>; // its own, and what they do
}

export interface Status {
  nickname: string;
  enabled: boolean;
  current_rule: unknown;
  schedule: Record<string, unknown>;
  override: { until: number | null } | null; // seconds since 1970; null: until somebody says so
  fault: string;
  turned_on?: boolean | null;
  condition_met?: boolean | null;
  [more: string]: unknown;
}

/** One device or sensor. */
export interface Instance {
  id: string;
  type: string;
  sensor: boolean;
  limits: [number, number] | null;
  status: Status | null; // null: it cannot say
  kind?: Kind | undefined;
}

export interface Devices {
  types: Kind[];
  instances: Instance[];
  faults: string[];
}

export interface App {
  uid: string;
  version: string;
  title: string;
  description: string;
  icon: string; // a path, or ""
  permissions?: string[];
  launchable?: boolean;
  state: string;
  since_ms: number;
  restarts: number;
  cpu_ms: number;
  heap: number; // bytes
  out: string; // the last thing it said, or why it failed
  fault?: string; // why it cannot be described
}

export interface Task {
  tag: string;
  state: string;
  kind: string;
  out: string;
}

export interface Setting {
  value: unknown;
  type: "bool" | "int" | "str";
  default?: unknown;
  limit?: number | [number, number] | string[];
  reboot?: boolean;
  secret?: boolean;
  read_only?: boolean;
}

export type Settings = Record<string, Setting>;

export interface Result {
  result: unknown;
  text: string;
}

export type States = Record<string, unknown>; // of a module: what its `status` says
