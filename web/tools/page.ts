// How each of our pages is built.
import type { UserConfig } from "vite";
import { singleFile } from "./single-file.ts";
import { shortTexts } from "./texts.ts";

interface Page {
  budget: number; // bytes, compressed
  backend: string | undefined; // http://…, where `npm run dev` passes requests on to
  isPlain?: boolean; // it draws nothing by JSX, and brings no library for that
  beside?: { folder: string; name: string }; // where it belongs, if it is not a folder of its own
}

export function page({ budget, backend, isPlain, beside }: Page): UserConfig {
  return {
    ...(isPlain ? {} : { oxc: { jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" }, jsxInject: 'import { h, Fragment } from "preact"' } }),
    build: {
      target: "es2022",
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: 100000,
      reportCompressedSize: false,
      ...(beside ? { outDir: beside.folder, emptyOutDir: false } : {}),
    },
    server: { ...(backend ? { proxy: { "/api": { target: backend, changeOrigin: true } } } : {}) },
    plugins: [shortTexts(), singleFile({ budget, name: beside?.name })],
  };
}
