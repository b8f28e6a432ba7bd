// A language as a list of its texts: which key each belongs to is known from the first language.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const LANGUAGE = /^(.*\/texts)\/(\w+)\.json$/;
const FIRST = "en";

/** Saves a page the keys of every language but one; what a module sees stays the same. */
export function shortTexts(): Plugin {
  return {
    name: "short-texts",
    enforce: "pre",
    load(id) {
      const [, folder = "", language = ""] = LANGUAGE.exec(id) ?? [];
      const first = join(folder, `${FIRST}.json`);
      if (!language || language === FIRST || !existsSync(first)) return null;
      const keys = Object.keys(read(first));
      const texts = read(id);
      const lost = [...keys.filter((key) => !(key in texts)), ...Object.keys(texts).filter((key) => !keys.includes(key))];
      if (lost.length > 0) this.error(`${id} and ${FIRST}.json differ: ${lost.join(", ")}`);
      const list = JSON.stringify(keys.map((key) => texts[key]));
      return {
        code: `import first from "./${FIRST}.json";
          const keys = Object.keys(first);
          export default Object.fromEntries(${list}.map((text, index) => [keys[index], text]));`,
        moduleType: "js",
      };
    },
  };
}

function read(path: string): Record<string, string> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
}
