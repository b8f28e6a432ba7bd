// How each of our pages is built.
import type { UserConfig } from "vite";
import { singleFile } from "./single-file.ts";

interface Page {
  budget: number; // bytes, compressed
  backend: string | undefined; // http://…, where `npm run dev` passes requests on to
}

export function page({ budget, backend }: Page): UserConfig {
  return {
    oxc: { jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" }, jsxInject: 'import { h, Fragment } from "preact"' },
    build: {
      target: "es2022",
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: 100000,
      reportCompressedSize: false,
    },
    server: { ...(backend ? { proxy: { "/api": { target: backend, changeOrigin: true } } } : {}) },
    plugins: [singleFile({ budget })],
  };
}
