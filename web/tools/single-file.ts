// Makes a page one compressed file that allows nothing but itself: script and style inlined, named
// by their hashes in a content security policy. Parts that it loads come from where it came from.
import { createHash } from "node:crypto";
import { gzip } from "@gfx/zopfli";
import type { Plugin } from "vite";

const HEAD = '<meta charset="utf-8" />';

interface SingleFile {
  budget: number; // bytes, compressed
  name?: string | undefined;
  loadsParts?: boolean;
}

export function singleFile({ budget, name = "index.html.gz", loadsParts = false }: SingleFile): Plugin {
  return {
    name: "single-file",
    enforce: "post",
    async generateBundle(_, bundle) {
      let html = "";
      const scripts: string[] = [];
      const styles: string[] = [];
      for (const [path, file] of Object.entries(bundle)) {
        if (file.type === "chunk") scripts.push(file.code.trim());
        else if (path.endsWith(".html")) html = text(file.source);
        else if (path.endsWith(".css")) styles.push(text(file.source).trim());
        else this.error(`${path} does not fit into one file`);
        delete bundle[path];
      }
      if (scripts.length !== 1) this.error(`one script expected, not ${scripts.length}`);
      const page = compose(html, scripts.join(""), styles.join(""), loadsParts);
      const packed = await packedTightly(page);
      if (packed.length > budget) {
        this.error(`the page takes ${packed.length} bytes, and ${budget} are allowed`);
      }
      this.emitFile({ type: "asset", fileName: name, source: packed });
      this.info(`${page.length} bytes, compressed ${packed.length} of ${budget}`);
    },
  };
}

/** The page with `script` and `style` in it, and the policy that allows these two alone, and files of the node if `loadsParts`. */
export function compose(html: string, script: string, style: string, loadsParts = false): string {
  const policy = [
    "default-src 'self'",
    `script-src '${hash(script)}'${loadsParts ? " 'self'" : ""}`,
    `style-src '${hash(style)}'`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ].join(";");
  const bare = html
    .replace(/<script\b[^>]*><\/script>/g, "")
    .replace(/<link\b[^>]*rel="(stylesheet|modulepreload)"[^>]*>/g, "")
    .replace(/\n\s*/g, " ")
    .replace(/ ?> </g, "><");
  if (!bare.includes(HEAD.replace(" />", "")) || script.includes("</script") || style.includes("</style")) {
    throw new Error("the page has no place for its policy, or closes its own script");
  }
  return bare
    .replace(/<meta charset="utf-8" ?\/?>/, (meta) => `${meta}<meta http-equiv="content-security-policy" content="${policy}">`)
    .replace("</head>", () => `<style>${style}</style></head>`)
    .replace("</body>", () => `<script type="module">${script}</script></body>`);
}

function hash(source: string): string {
  return `sha256-${createHash("sha256").update(source).digest("base64")}`;
}

function text(source: string | Uint8Array): string {
  return typeof source === "string" ? source : new TextDecoder().decode(source);
}

/** `page` as gzip of the smallest size: packed once, sent often, over slow links. */
export function packedTightly(page: string): Promise<Uint8Array> {
  return new Promise((done, fail) => {
    const input = new TextEncoder().encode(page);
    gzip(input, { numiterations: 30 }, (error, packed) => (error ? fail(error) : done(packed as Uint8Array)));
  });
}
