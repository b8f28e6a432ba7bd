// @vitest-environment happy-dom
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Catalogue } from "./catalogue";

type Texts = Record<string, string>;

const ROOT = join(import.meta.dirname, "..");
const SHARED = "components";

function texts(folder: string, language: string): Texts {
  return JSON.parse(readFileSync(join(ROOT, folder, "texts", `${language}.json`), "utf8")) as Texts;
}

function languages(folder: string): string[] {
  return readdirSync(join(ROOT, folder, "texts")).map((name) => name.replace(".json", ""));
}

function sources(folder: string): string {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|^(dist|node_modules)/.test(name))
    .map((name) => readFileSync(join(ROOT, folder, name), "utf8"))
    .join("\n");
}

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each([SHARED, "node", "fleet"])("the texts of %s", (folder) => {
  const english = texts(folder, "en");

  it.each(languages(folder))("are complete in %s, with the same values in them", (language) => {
    const translated = texts(folder, language);

    expect(Object.keys(translated)).toEqual(Object.keys(english));
    for (const [key, text] of Object.entries(translated)) {
      expect(text.trim(), key).toBe(text);
      expect(placeholders(text), key).toEqual(placeholders(english[key] ?? ""));
    }
  });

  it("are all used", () => {
    const code = sources(folder === SHARED ? "." : folder);
    const made = [...code.matchAll(/`([\w.]+)\.\$\{/g)].map((match) => `${match[1]}.`); // `link.${link}`
    const unused = Object.keys(english).filter(
      (key) => !code.includes(`"${key}"`) && !made.some((beginning) => key.startsWith(beginning)) && !/^(reset|net|error|set)\./.test(key),
    );

    expect(unused).toEqual([]);
  });
});

describe.each([SHARED, "node", "fleet"])("the code of %s", (folder) => {
  it("carries no text for people of its own", () => {
    const spoken = [...sources(folder).matchAll(/>\s*([A-Za-z][a-z]+(?: [a-z]+)+[.!?]?)\s*</g)].map((match) => match[1]);

    expect(spoken).toEqual([]);
  });
});

describe("a catalogue", () => {
  const both = { en: { hi: "Hello {name}" }, de: { hi: "Hallo {name}" } };

  it("speaks the first language of the reader that it knows", () => {
    expect(new Catalogue(both, ["fr-FR", "de-AT", "en"]).t("hi", { name: "Ada" })).toBe("Hallo Ada");
  });

  it("speaks English to everybody else", () => {
    expect(new Catalogue(both, ["fr"]).t("hi", { name: "Ada" })).toBe("Hello Ada");
  });

  it("takes no value for a pattern", () => {
    expect(new Catalogue(both, ["en"]).t("hi", { name: "$& {name}" })).toBe("Hello $& {name}");
  });

  it("remembers a choice", () => {
    new Catalogue(both, ["en"]).choose("de");

    expect(new Catalogue(both).language).toBe("de");
    expect(document.documentElement.lang).toBe("de");
    localStorage.clear();
  });
});
