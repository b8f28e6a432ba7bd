import { defineConfig } from "vite";
import { page } from "../tools/page.ts";

// A node carries one folder of files, so this page is built into that of the other.
export default defineConfig(
  page({
    budget: 4 * 1024,
    backend: process.env.UMBEL_NODE,
    isPlain: true,
    beside: { folder: "../node/dist", name: "setup.html.gz" },
  }),
);
