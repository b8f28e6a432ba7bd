// How each of our pages is built.
import type { Plugin, UserConfig } from "vite";
import { singleFile } from "./single-file.ts";
import { shortTexts } from "./texts.ts";

export const JSX = {
  jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" },
  jsxInject: 'import { h, Fragment } from "preact"',
} satisfies UserConfig["oxc"];

interface Page {
  budget: number; // bytes, compressed
  backend: string | undefined; // http://…, where `npm run dev` passes requests on to
  isPlain?: boolean; // it draws nothing by JSX, and brings no library for that
  parts?: string[]; // what it loads later; see part.ts
  beside?: { folder: string; name: string }; // where it belongs, if it is not a folder of its own
}

export function page({ budget, backend, isPlain, parts, beside }: Page): UserConfig {
  return {
    ...(isPlain ? {} : { oxc: JSX }),
    build: {
      target: "es2022",
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: 100000,
      reportCompressedSize: false,
      ...(beside ? { outDir: beside.folder, emptyOutDir: false } : {}),
    },
    server: { ...(backend ? { proxy: { "/api": { target: backend, changeOrigin: true } } } : {}) },
    plugins: [shortTexts(), singleFile({ budget, name: beside?.name, loadsParts: !!parts }), sources(parts ?? [])],
  };
}

/** While somebody develops, a part is its sources. */
function sources(parts: string[]): Plugin {
  return {
    name: "sources-of-parts",
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const name = /^\/(\w+)\.js$/.exec(request.url ?? "")?.[1] ?? "";
        if (!parts.includes(name)) return next();
        response.setHeader("content-type", "text/javascript");
        response.end(`import part from "/${name}/index.tsx"; lent.${name} = part;`);
      });
    },
  };
}
