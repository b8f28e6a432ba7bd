import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compose } from "./single-file";

const HTML = `<!doctype html>
<html><head>
    <meta charset="utf-8" />
    <title>x</title>
    <script type="module" src="/a.js"></script><link rel="stylesheet" href="/a.css">
  </head>
  <body><div id="page"></div></body></html>`;

const hash = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

describe("a page in one file", () => {
  const script = 'const a = "$&$1";';
  const page = compose(HTML, script, "b{c:d}");

  it("allows its own script and style by their hashes, and nothing that is inline besides", () => {
    const policy = /http-equiv="content-security-policy" content="([^"]+)"/.exec(page)?.[1] ?? "";

    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain(`script-src '${hash(script)}'`);
    expect(policy).toContain(`style-src '${hash("b{c:d}")}'`);
    expect(policy).not.toContain("unsafe");
  });

  it("allows files of its own node only if it loads any", () => {
    expect(page).not.toMatch(/script-src [^;]*'self'/);
    expect(compose(HTML, script, "", true)).toMatch(/script-src 'sha256-[^;']+' 'self';/);
  });

  it("names the policy before anything that it governs", () => {
    expect(page.indexOf("content-security-policy")).toBeLessThan(page.indexOf("<style>"));
  });

  it("carries them as they are and refers to no other file", () => {
    expect(page).toContain(`<script type="module">${script}</script>`);
    expect(page).toContain("<style>b{c:d}</style>");
    expect(page).not.toMatch(/(src|href)="[^"d]/);
  });

  it("cannot be made of a script that ends it too early", () => {
    expect(() => compose(HTML, "'</script>'", "")).toThrow();
  });
});

describe.each([
  ["node/dist/index", 24 * 1024],
  ["node/dist/setup", 4 * 1024],
  ["fleet/dist/index", 24 * 1024],
])("the built page %s", (name, budget) => {
  const path = join(import.meta.dirname, "..", `${name}.html.gz`);

  it("was built", () => {
    expect(existsSync(path)).toBe(true);
  });

  it("stays within its budget and asks nobody else for anything", () => {
    const packed = readFileSync(path);
    const page = gunzipSync(packed).toString();

    expect(packed.length).toBeLessThanOrEqual(budget);
    expect(page.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:\/\/[a-z]/i);
    expect(page).not.toMatch(/@import|url\(/);
  });
});
