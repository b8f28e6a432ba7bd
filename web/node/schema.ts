// From what a module says about its commands to controls, values and completions.
import type { Command, Module, Parameter, States } from "./model";

const BUILT_IN = ["hello", "help", "modules", "reboot", "task kill", "task list", "task show", "version"];

/** The parameters that a control sets; the others keep their defaults. */
export function bounded(command: Command): Parameter[] {
  return command.parameters.filter((one) => one.maximum !== undefined);
}

/** The choices of a button; empty where it just does something. */
export function choices(command: Command): { name: string; values: unknown[] } | undefined {
  const parameter = command.parameters.find((one) => one.enum);
  return parameter && { name: parameter.name, values: parameter.enum ?? [] };
}

export function isSwitch(values: readonly unknown[]): boolean {
  return values.length === 2 && values.includes(true) && values.includes(false);
}

/** The member of a module's state that belongs to a parameter: R to r, X to value, BR to percent … */
export function stateOf(states: States | undefined, command: string, parameter: string): unknown {
  if (!states) return undefined;
  const channel = /\d*$/.exec(command)?.[0] ?? "";
  const names = [parameter, parameter.toUpperCase()];
  if (parameter === "state") names.push(`S${channel}`, `SW${channel || 1}`);
  else if (command.startsWith("brightness")) names.push("BR");
  else names.push("X");
  const name = names.find((one) => Object.hasOwn(states, one));
  return name === undefined ? undefined : states[name];
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

const WORDS = new Map<string, unknown>([
  ["True", true],
  ["true", true],
  ["False", false],
  ["false", false],
  ["None", null],
  ["null", null],
]);

/** What a person typed for a parameter, as the value that is meant. */
export function valueOf(text: string): unknown {
  const plain = text.trim();
  if (WORDS.has(plain)) return WORDS.get(plain);
  if (/^[-+]?\d+$/.test(plain)) return Number(plain);
  if (/^[-+]?(\d+\.\d*|\.\d+|\d+)(e[-+]?\d+)?$/i.test(plain)) return Number(plain);
  if (/^[[{"]/.test(plain)) {
    try {
      return JSON.parse(plain);
    } catch {
      return text;
    }
  }
  return text;
}

/** A default as a person would type it. */
export function typed(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Whole lines that `line` may be the beginning of. */
export function completions(line: string, modules: readonly Module[]): string[] {
  const words = line.trimStart().split(/\s+/);
  const last = words.pop() ?? "";
  const before = words.join(" ");
  const lines = (names: string[]) =>
    names.filter((name) => name.startsWith(last) && name !== last).map((name) => (before ? `${before} ${name}` : name));
  if (words.length === 0) return lines([...modules.map((module) => module.name), ...BUILT_IN].sort());
  const built = BUILT_IN.filter((one) => one.startsWith(`${words[0]} `)).map((one) => one.split(" ")[1] ?? "");
  const module = modules.find((other) => other.name === words[0]);
  if (words.length === 1) return lines(module?.commands?.map((command) => command.name) ?? built);
  const command = module?.commands?.find((other) => other.name === words[1]);
  const given = words.slice(2).map((word) => word.split("=")[0]);
  const open = command?.parameters.slice(given.filter((word) => !word?.includes("=")).length) ?? [];
  return lines(open.map((one) => `${one.name}=`).filter((name) => !given.includes(name.slice(0, -1))));
}
