// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ColourPicker } from "./colour-picker";
import { CommandBox } from "./command-box";
import type { Rgb } from "./colour";
import { Slider } from "./slider";
import { Toggle } from "./toggle";
import { SureButton } from "./button";

let place: HTMLElement;
beforeEach(() => {
  vi.useFakeTimers();
  place = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, place);
  place.remove();
  vi.useRealTimers();
});

function find<T extends Element>(selector: string): T {
  const found = place.querySelector<T>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}

async function type(input: HTMLInputElement, value: string) {
  await act(() => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

async function press(input: HTMLElement, key: string) {
  await act(() => void input.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
}

describe("a slider", () => {
  it("shows what was chosen at once, and what the node says when it has settled", async () => {
    let answer = () => {};
    const onChange = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
    const draw = (value: number) =>
      act(() => render(<Slider label="Level" value={value} min={0} max={100} step={1} onChange={onChange} />, place));
    await draw(10);

    await type(find("input"), "80");
    await draw(10); // the node has not followed yet
    expect(find("output").textContent).toBe("80");
    answer();
    await act(async () => void (await vi.advanceTimersByTimeAsync(300)));
    await draw(75); // the node rounds

    expect(onChange).toHaveBeenCalledWith(80);
    expect(find("output").textContent).toBe("75");
  });

  it("has a name, and a dash where nobody knows the value", async () => {
    await act(() =>
      render(<Slider label="Level" value={undefined} min={0} max={9} step={1} onChange={() => Promise.resolve()} />, place),
    );

    expect(find<HTMLLabelElement>("label").htmlFor).toBe(find("input").id);
    expect(find("output").textContent).toBe("–");
  });
});

describe("a toggle", () => {
  it("is a switch that says the other state", async () => {
    const onChange = vi.fn(() => Promise.resolve());
    await act(() => render(<Toggle label="Lamp" value={true} onChange={onChange} />, place));
    const button = find<HTMLButtonElement>("[role=switch]");
    expect(button.getAttribute("aria-checked")).toBe("true");

    await act(() => button.click());

    expect(onChange).toHaveBeenCalledWith(false);
    expect(button.getAttribute("aria-checked")).toBe("false");
  });
});

describe("a colour picker", () => {
  it("changes the hue and keeps the brightness", async () => {
    const sent: Rgb[] = [];
    const onChange = (levels: Rgb) => Promise.resolve(void sent.push(levels));
    const names = { hue: "Hue", strength: "Strength" };
    await act(() =>
      render(<ColourPicker label="Colour" names={names} value={[500, 0, 0]} top={1000} onChange={onChange} />, place),
    );

    await type(find("input.hue"), "120");
    await act(async () => void (await vi.advanceTimersByTimeAsync(1000)));

    expect(sent.at(-1)).toEqual([0, 500, 0]);
  });
});

describe("a button for what cannot be taken back", () => {
  it("asks first, and forgets when nobody answers", async () => {
    const onPress = vi.fn();
    await act(() =>
      render(
        <SureButton ask="Really?" onPress={onPress}>
          Restart
        </SureButton>,
        place,
      ),
    );
    const button = find<HTMLButtonElement>("button");

    await act(() => button.click());
    expect(button.textContent).toBe("Really?");
    await act(async () => void (await vi.advanceTimersByTimeAsync(6000)));
    expect(button.textContent).toBe("Restart");
    expect(onPress).not.toHaveBeenCalled();
    await act(() => button.click());
    await act(() => button.click());

    expect(onPress).toHaveBeenCalledOnce();
  });
});

describe("a command box", () => {
  const known = ["rgb", "rgb color", "system info"];

  async function draw(onRun = vi.fn(() => Promise.resolve())) {
    await act(() =>
      render(
        <CommandBox
          label="Command"
          hint=""
          run="Run"
          suggestions="Suggestions"
          complete={(line) => known.filter((one) => one.startsWith(line) && one !== line)}
          onRun={onRun}
        />,
        place,
      ),
    );
    const input = find<HTMLInputElement>("input");
    await act(() => void input.dispatchEvent(new Event("focus")));
    return { onRun, input };
  }

  it("completes with the arrow at the end of the line", async () => {
    const { input } = await draw();

    await type(input, "sys");
    input.setSelectionRange(3, 3);
    await press(input, "ArrowRight");

    expect(input.value).toBe("system info");
  });

  it("completes with a tap on a suggestion", async () => {
    const { input } = await draw();

    await type(input, "rg");
    const offers = [...place.querySelectorAll<HTMLButtonElement>(".offers button")];
    await act(() => offers[1]?.click());

    expect(offers.map((offer) => offer.textContent)).toEqual(["rgb", "rgb color"]);
    expect(input.value).toBe("rgb color ");
  });

  it("runs a line once and finds it again in the history", async () => {
    const { onRun, input } = await draw();
    await type(input, "  hello ");

    await act(() => void find("form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
    expect(onRun).toHaveBeenCalledWith("hello");
    expect(input.value).toBe("");
    await press(input, "ArrowUp");

    expect(input.value).toBe("hello");
  });

  it("runs nothing for nothing", async () => {
    const { onRun } = await draw();

    await act(() => void find("form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));

    expect(onRun).not.toHaveBeenCalled();
  });
});
