// Texts in the reader's language: one JSON file for each, no text anywhere else.

export type Texts<Key extends string> = Record<Key, string>;
export type Values = Record<string, string | number>;

const CHOICE = "language"; // in the browser's storage

export class Catalogue<Key extends string> {
  language: string;

  constructor(
    private readonly texts: Record<string, Texts<Key>>,
    wanted: readonly string[] = wantedLanguages(),
  ) {
    const known = wanted.map((tag) => tag.slice(0, 2)).find((tag) => tag in texts);
    this.language = known ?? "en";
  }

  get languages(): string[] {
    return Object.keys(this.texts);
  }

  /** The text called `key`, each `{name}` in it replaced by its value. */
  readonly t = (key: Key, values: Values = {}): string =>
    (this.current[key] ?? key).replace(/\{(\w+)\}/g, (_, name: string) => `${values[name] ?? ""}`);

  has(key: string): key is Key {
    return key in this.current;
  }

  choose(language: string): void {
    this.language = language;
    document.documentElement.lang = language;
    try {
      localStorage.setItem(CHOICE, language);
    } catch {
      // storage is switched off: the choice lasts as long as the page
    }
  }

  private get current(): Texts<Key> {
    return (this.texts[this.language] ?? this.texts.en) as Texts<Key>;
  }
}

function wantedLanguages(): string[] {
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem(CHOICE);
  } catch {
    // see above
  }
  return [...(chosen ? [chosen] : []), ...navigator.languages];
}
