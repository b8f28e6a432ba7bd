// What the page asks of the gateway.
import { backoff, refusal, Refused, sentence, Store, Unreachable, without } from "@umbel/components";
import { type App, type Change, changed, type Nodes, type Outcome } from "./model";
import { catalogue } from "./texts";

export interface State {
  phase: "starting" | "login" | "ready";
  link: "connecting" | "live" | "lost";
  auth: boolean;
  nodes: Nodes;
  known: boolean; // the gateway has told which nodes there are
  problem: string | undefined;
  language: string;
}

/** The part of an EventSource that is used here. */
export interface Stream {
  onopen: ((event: Event) => unknown) | null;
  onerror: ((event: Event) => unknown) | null;
  addEventListener(topic: string, listener: (event: { data: string }) => void): void;
  close(): void;
}

export class Gateway {
  readonly store = new Store<State>({
    phase: "starting",
    link: "connecting",
    auth: false,
    nodes: {},
    known: false,
    problem: undefined,
    language: catalogue.language,
  });
  private failures = 0;

  constructor(
    private readonly open: () => Stream,
    private readonly send: typeof fetch = (...request) => fetch(...request),
  ) {}

  /** Find out whether we may come in, then listen; again and again while nobody answers. */
  async begin(): Promise<void> {
    try {
      const { auth, in: isIn } = await this.ask<{ auth: boolean; in: boolean }>("GET", "login");
      this.store.set({ auth, phase: isIn ? "ready" : "login" });
      if (isIn) this.listen();
    } catch {
      this.store.set({ link: "lost" });
      setTimeout(() => void this.begin(), backoff(++this.failures));
    }
  }

  async login(token: string): Promise<void> {
    try {
      await this.ask("POST", "login", { token });
      this.store.set({ problem: undefined });
      await this.begin();
    } catch (error) {
      this.store.set({ problem: sentence(error, catalogue) });
    }
  }

  /** What came of `line` on each of the nodes. */
  async run(line: string, nodes: string[]): Promise<Record<string, Outcome>> {
    return this.ask("POST", "commands", { cmd: line, nodes });
  }

  /** The apps of a node; none where it cannot say, or was built without. */
  async apps(node: string): Promise<App[]> {
    try {
      return (await this.ask<{ apps: App[] }>("GET", `nodes/${encodeURIComponent(node)}/apps`)).apps;
    } catch {
      return [];
    }
  }

  choose(language: string): void {
    catalogue.choose(language);
    this.store.set({ language });
  }

  private listen(): void {
    const stream = this.open();
    let fresh = true; // the first event tells of everything
    stream.onopen = () => {
      this.failures = 0;
      this.store.set({ link: "live" });
    };
    stream.onerror = () => {
      stream.close();
      this.store.set({ link: "lost" });
      setTimeout(() => void this.begin(), backoff(++this.failures));
    };
    stream.addEventListener("fleet", ({ data }) => {
      const change = JSON.parse(data) as Change;
      const before = fresh ? {} : this.store.value.nodes;
      fresh = false;
      this.store.set({ nodes: changed(before, change), known: true });
    });
  }

  private async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const more = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    let response: Response;
    try {
      response = await this.send(`/api/${path}`, { method, ...more });
      if (response.ok) return (await response.json()) as T;
    } catch (error) {
      throw new Unreachable(String(error));
    }
    throw await refusal(response);
  }
}

/** What came of a command on one node, as a sentence where it failed. */
export function troubleOf(name: string, { error }: Outcome): string | undefined {
  if (!error) return undefined;
  const { code, message } = error;
  if (code === "unreachable") return catalogue.t("node.unreachable");
  const detail = without(`${code.replaceAll("_", " ")}: `, without(`${name}: `, message));
  return sentence(new Refused(0, code, detail), catalogue);
}
