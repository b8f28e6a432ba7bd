import { describe, expect, it } from "vitest";
import type { Command, Module } from "./model";
import { bounded, choices, completions, isSwitch, stateOf, typed, valueOf } from "./schema";
import { changes, grouped } from "./settings";

const color: Command = {
  name: "color",
  role: "control",
  parameters: [
    { name: "r", type: "integer", minimum: 0, maximum: 1000, multipleOf: 10 },
    { name: "g", type: "integer", minimum: 0, maximum: 1000, multipleOf: 10 },
    { name: "smooth", type: "boolean", default: true },
  ],
  widget: { type: "color" },
};
const toggle: Command = { name: "toggle", role: "control", parameters: [{ name: "state", enum: [true, false] }] };
const modules: Module[] = [
  { name: "rgb", loaded: true, commands: [color, toggle] },
  { name: "robustness", loaded: false },
];

describe("a control", () => {
  it("sets what has a range and leaves the rest to its default", () => {
    expect(bounded(color).map((parameter) => parameter.name)).toEqual(["r", "g"]);
  });

  it("knows a switch from other choices", () => {
    expect(choices(toggle)).toEqual({ name: "state", values: [true, false] });
    expect(choices(color)).toBeUndefined();
    expect(isSwitch([true, false])).toBe(true);
    expect(isSwitch(["a", "b"])).toBe(false);
  });

  it.each([
    [{ R: 5 }, "color", "r", 5],
    [{ X: 7, S: 1 }, "set_value", "value", 7],
    [{ BR: 30, X: 7 }, "brightness", "percent", 30],
    [{ S: 1 }, "toggle", "state", 1],
    [{ SW1: 0, SW3: 1 }, "toggle3", "state", 1],
    [{ SW1: 0 }, "toggle", "state", 0],
    [{ CW: 9 }, "white", "cw", 9],
    [{ duty: 4 }, "set", "duty", 4],
    [{ S: 1 }, "color", "r", undefined],
    [undefined, "color", "r", undefined],
  ])("finds in %j what %s %s shows", (states, command, parameter, value) => {
    expect(stateOf(states, command, parameter)).toBe(value);
  });
});

describe("what is typed for a parameter", () => {
  it.each([
    ["12", 12],
    [" -3 ", -3],
    ["1.5", 1.5],
    ["True", true],
    ["None", null],
    ["[1, 2]", [1, 2]],
    ['"12"', "12"],
    ["[1,", "[1,"],
    ["red", "red"],
    ["127.0.0.1", "127.0.0.1"],
    ["constructor", "constructor"],
  ])("%s means %j", (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  it("is shown as it would be typed", () => {
    expect([true, false, null, undefined, 3, [1]].map(typed)).toEqual(["True", "False", "", "", "3", "[1]"]);
  });
});

describe("completion", () => {
  it.each([
    ["r", ["reboot", "rgb", "robustness"]],
    ["rgb ", ["rgb color", "rgb toggle"]],
    ["rgb co", ["rgb color"]],
    ["rgb color ", ["rgb color r=", "rgb color g=", "rgb color smooth="]],
    ["rgb color 1 ", ["rgb color 1 g=", "rgb color 1 smooth="]],
    ["rgb color r=1 s", ["rgb color r=1 smooth="]],
    ["task ", ["task kill", "task list", "task show"]],
    ["nobody ", []],
    ["robustness x y z", []],
  ])("of “%s” offers %j", (line, lines) => {
    expect(completions(line, modules)).toEqual(lines);
  });
});

describe("settings", () => {
  const settings = {
    devfid: { value: "attic", type: "str" as const },
    webport: { value: 80, type: "int" as const },
    auth: { value: true, type: "bool" as const },
    appwd: { value: "***", type: "str" as const, secret: true },
    brand_new: { value: 1, type: "int" as const },
  };

  it("are saved only where they differ", () => {
    expect(changes(settings, {})).toEqual([]);
    expect(changes(settings, { devfid: "attic", webport: "80", auth: true, appwd: "" })).toEqual([]);
    expect(changes(settings, { devfid: "cellar", webport: "81", auth: false, appwd: "secret" })).toEqual([
      "devfid",
      "webport",
      "auth",
      "appwd",
    ]);
  });

  it("are all shown, those that this page does not know last", () => {
    const groups = grouped(settings);

    expect(groups.flatMap(([, keys]) => keys).sort()).toEqual(Object.keys(settings).sort());
    expect(groups.at(-1)).toEqual(["group.other", ["brand_new"]]);
  });
});
