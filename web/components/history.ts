// The lines typed before, as a shell keeps them. In memory only: a line may hold a secret.

const KEPT = 100;

export class History {
  private lines: string[] = [];
  private place = 0; // lines.length is the line being typed
  private draft = "";

  add(line: string): void {
    this.lines = [...this.lines.filter((other) => other !== line), line].slice(-KEPT);
    this.place = this.lines.length;
  }

  /** The line before the one shown, or itself if there is none. */
  back(shown: string): string {
    if (this.place === this.lines.length) this.draft = shown;
    this.place = Math.max(0, this.place - 1);
    return this.lines[this.place] ?? this.draft;
  }

  /** The line after the one shown; after the last one, what was being typed. */
  forward(): string {
    this.place = Math.min(this.lines.length, this.place + 1);
    return this.lines[this.place] ?? this.draft;
  }
}
