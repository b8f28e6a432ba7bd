import { defineConfig } from "vite";
import { page } from "../tools/page.ts";

export default defineConfig(page({ budget: 24 * 1024, backend: process.env.UMBEL_NODE, parts: ["apps", "devices"] }));
