import { defineConfig } from "vite";
import { part } from "../tools/part.ts";

export default defineConfig(part({ name: "apps", budget: 4 * 1024 }));
