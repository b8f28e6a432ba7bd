// What can go wrong with a request, and how to say it in one sentence.
import type { Catalogue } from "./catalogue";

/** The other side answered, and refused: `code` for programs, `detail` for people. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}

/** Nobody answered. */
export class Unreachable extends Error {}

/** The error in an answer; its body is a problem document (RFC 9457), or anything at all. */
export async function refusal(response: Response): Promise<Refused> {
  let said: { code?: unknown; detail?: unknown } = {};
  try {
    said = (await response.json()) as typeof said;
  } catch {
    // no document: the status says it
  }
  const code = typeof said.code === "string" ? said.code : `http_${response.status}`;
  const detail = typeof said.detail === "string" ? said.detail : response.statusText;
  return new Refused(response.status, code, without(`${code.replaceAll("_", " ")}: `, detail));
}

/** `text` without a beginning that says again what is known; a node's detail repeats its code. */
export function without(beginning: string, text: string): string {
  return text.startsWith(beginning) ? text.slice(beginning.length) : text;
}

type Spoken = "error.other" | "error.unreachable";

/** One sentence in the reader's language. */
export function sentence<Key extends string>(
  error: unknown,
  texts: Catalogue<Key | Spoken>,
): string {
  if (error instanceof Refused) {
    const key = `error.${error.code}`;
    const plain = error.detail === error.code.replaceAll("_", " ") ? "" : error.detail;
    if (texts.has(key)) return texts.t(key, { detail: plain }).trim();
    return texts.t("error.other", { detail: error.detail });
  }
  return texts.t("error.unreachable");
}
