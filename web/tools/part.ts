// How a part of a page is built that the page loads when it is wanted: one compressed script, which
// borrows from the page what both need, and leaves there what it is.
import { readFileSync } from "node:fs";
import type { Plugin, UserConfig } from "vite";
import { JSX } from "./page.ts";
import { packedTightly } from "./single-file.ts";
import { shortTexts } from "./texts.ts";

const LENDER = "lent.ts"; // of the page, beside the folders of its parts
const LENT = ["preact", "preact/hooks", "@umbel/components", "../texts", "./texts", "../views/controls"];
const EXPORT = /export\s*\{\s*(\w+) as default\s*\};?$/;
const IMPORT = /import\s*\{([^}]*)\}\s*from\s*"[^"]*";?/g;

/** `name` is a folder with an index.tsx, and becomes a script of that name; `budget` is in bytes. */
export function part({ name, budget }: { name: string; budget: number }): UserConfig {
  return {
    oxc: JSX,
    build: {
      target: "es2022",
      modulePreload: false,
      reportCompressedSize: false,
      emptyOutDir: false,
      rollupOptions: {
        input: `${name}/index.tsx`,
        external: LENT,
        preserveEntrySignatures: "strict",
        output: { format: "es", entryFileNames: `${name}.js` },
      },
    },
    plugins: [shortTexts(), borrowing(name, budget)],
  };
}

function borrowing(name: string, budget: number): Plugin {
  return {
    name: "borrowing",
    enforce: "post",
    async generateBundle(_, bundle) {
      const lent = names(readFileSync(LENDER, "utf8"));
      for (const [path, file] of Object.entries(bundle)) {
        if (file.type !== "chunk") return this.error(`${path} does not fit into one file`);
        const packed = await packedTightly(borrowed(file.code.trim(), lent, name));
        if (packed.length > budget) this.error(`${path} takes ${packed.length} bytes, and ${budget} are allowed`);
        delete bundle[path];
        this.emitFile({ type: "asset", fileName: `${path}.gz`, source: packed });
      }
    },
  };
}

/** `code` with `const {…} = lent` for its imports, and `lent.name =` for its export. Throws if it wants what is not lent. */
export function borrowed(code: string, lent: readonly string[], name: string): string {
  if (!EXPORT.test(code)) throw new Error(`${name} has no default export, or more than that`);
  return code.replace(EXPORT, `lent.${name}=$1;`).replace(IMPORT, (_, list: string) => {
    const pairs = list.split(",").map((one) => one.trim().split(" as "));
    const missing = pairs.map(([name = ""]) => name).filter((name) => !lent.includes(name));
    if (missing.length > 0) throw new Error(`the page does not lend ${missing.join(", ")}`);
    return `const{${pairs.map((pair) => pair.join(":")).join()}}=lent;`;
  });
}

/** The names in `lent: { … }`. */
export function names(source: string): string[] {
  const list = /\blent: \{([^}]*)\}/.exec(source)?.[1] ?? "";
  return list.split(",").map((one) => one.split(":")[0]?.trim() ?? "").filter(Boolean);
}
