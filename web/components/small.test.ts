import { describe, expect, it } from "vitest";
import { backoff } from "./backoff";
import { Catalogue } from "./catalogue";
import { fromHsv, type Rgb, toHex, toHsv } from "./colour";
import { bytes, labelled, shown, span } from "./format";
import { History } from "./history";
import { parsed } from "./log-view";
import { Refused, refusal, sentence, Unreachable } from "./problem";
import { tip } from "./umbel";

describe("back-off", () => {
  it("grows to a limit and keeps pages apart", () => {
    const plain = [1, 2, 3, 4, 5, 9].map((failures) => backoff(failures, () => 0.5));

    expect(plain).toEqual([1000, 2000, 4000, 8000, 15000, 15000]);
    expect(backoff(3, () => 0)).toBe(3000);
    expect(backoff(3, () => 1)).toBe(5000);
  });
});

describe("history", () => {
  it("walks back and forth and comes back to what was being typed", () => {
    const history = new History();
    for (const line of ["a", "b", "a"]) history.add(line);

    expect(history.back("dra")).toBe("a");
    expect(history.back("a")).toBe("b");
    expect(history.back("b")).toBe("b");
    expect(history.forward()).toBe("a");
    expect(history.forward()).toBe("dra");
    expect(history.forward()).toBe("dra");
  });
});

describe("colours", () => {
  it("survive the way to hue and back", () => {
    const colours: Rgb[] = [[1000, 0, 0], [0, 1000, 0], [0, 0, 500], [700, 700, 700], [120, 830, 410], [0, 0, 0]];

    for (const colour of colours) {
      expect(fromHsv(toHsv(colour, 1000), 1000)).toEqual(colour);
    }
  });

  it("are drawn in the scale of the screen", () => {
    expect(toHex([1000, 500, 0], 1000)).toBe("#ff8000");
    expect(toHex([10, 5, 0], 1000, true)).toBe("#ff8000");
  });
});

describe("figures", () => {
  it.each([
    [0, "0:00"],
    [65_000, "1:05"],
    [3_600_000 * 5 + 61_000, "5:01:01"],
    [86_400_000 * 3 + 3_600_000, "3 d 1 h"],
  ])("a span of %d ms is %s", (milliseconds, text) => {
    expect(span(milliseconds)).toBe(text);
  });

  it.each([
    [512, "512 B"],
    [2048, "2.0 KB"],
    [112_640, "110 KB"],
    [4 << 20, "4.0 MB"],
  ])("%d bytes are %s", (size, text) => {
    expect(bytes(size)).toBe(text);
  });

  it("take their unit from the key", () => {
    expect(labelled("temp[C]")).toEqual({ label: "temp", unit: "°C" });
    expect(labelled("CPU load [%]")).toEqual({ label: "CPU load", unit: "%" });
    expect(labelled("uptime")).toEqual({ label: "uptime", unit: "" });
  });

  it("show what is not there and what is nested", () => {
    expect([shown(null), shown(true), shown([1, 2]), shown("x")]).toEqual(["–", "✓", "[1,2]", "x"]);
  });
});

describe("log lines", () => {
  it("fall into their parts", () => {
    expect(parsed("2026-11-21 16:18:23 [WARN] login: 3 wrong")).toEqual({
      time: "16:18:23",
      level: "WARN",
      text: "login: 3 wrong",
    });
  });

  it("are shown whole where they are odd", () => {
    expect(parsed("something else")).toEqual({ time: "", level: "", text: "something else" });
  });
});

describe("problems", () => {
  const texts = new Catalogue(
    {
      en: {
        "error.other": "It does not work: {detail}.",
        "error.unreachable": "Nobody answers.",
        "error.denied": "Not allowed: {detail}.",
        "error.wrong_password": "That is not the password.",
      },
    },
    ["en"],
  );
  const response = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

  it("become one sentence, without the code that the node repeats", async () => {
    const error = await refusal(response(403, { code: "denied", detail: "denied: reboot wants the role admin" }));

    expect(sentence(error, texts)).toBe("Not allowed: reboot wants the role admin.");
  });

  it("need no detail", async () => {
    const error = await refusal(response(401, { code: "wrong_password", detail: "wrong password" }));

    expect(sentence(error, texts)).toBe("That is not the password.");
  });

  it("are told even where we do not know their code", () => {
    expect(sentence(new Refused(418, "teapot", "short and stout"), texts)).toBe("It does not work: short and stout.");
  });

  it("survive an answer that is no document", async () => {
    const error = await refusal(new Response("", { status: 503, statusText: "Service Unavailable" }));

    expect(error.code).toBe("http_503");
  });

  it("tell silence from refusal", () => {
    expect(sentence(new Unreachable("x"), texts)).toBe("Nobody answers.");
  });
});

describe("the flower", () => {
  it("keeps every floret on its sheet, however many there are", () => {
    for (const count of [1, 2, 7, 48]) {
      for (let index = 0; index < count; index++) {
        const { x, y } = tip(index, count);
        expect(x).toBeGreaterThan(4);
        expect(x).toBeLessThan(96);
        expect(y).toBeGreaterThan(4);
        expect(y).toBeLessThan(60);
      }
    }
  });

  it("puts no two florets in one place", () => {
    const tips = Array.from({ length: 48 }, (_, index) => tip(index, 48)).map(({ x, y }) => `${x} ${y}`);

    expect(new Set(tips).size).toBe(48);
  });
});
