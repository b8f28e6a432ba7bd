// What the node says without being asked: a stream of events, and what to do while there is none.
import { backoff } from "@umbel/components";

const AGAIN_MS = 30000; // after a node had no place for one more stream

export type Link = "connecting" | "live" | "polling" | "lost";
export type Finding = "there" | "gone" | "closed"; // closed: somebody must log in

/** The part of an EventSource that is used here. */
export interface Stream {
  onopen: ((event: Event) => unknown) | null;
  onerror: ((event: Event) => unknown) | null;
  addEventListener(topic: string, listener: (event: { data: string }) => void): void;
  close(): void;
}

interface Ports {
  open: () => Stream;
  look: () => Promise<Finding>; // asks the node whether it is there
  tell: (link: Link) => void;
  hear: (topic: string, data: unknown) => void;
}

const TOPICS = ["node", "log", "state", "notify", "lost"];

export class Live {
  #stream: Stream | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #opened = false;
  #refusals = 0; // streams that did not open, in a row
  #absences = 0; // looks that found nobody, in a row

  constructor(private readonly ports: Ports) {}

  start(): void {
    this.stop();
    this.#running = true;
    this.#refusals = this.#absences = 0;
    this.ports.tell("connecting");
    this.#open();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = undefined;
  }

  /** Somebody noticed that the node is gone, or is not the one it was before a restart. */
  doubt(): void {
    if (this.#running && this.#stream) this.#broken();
  }

  #open(): void {
    const stream = this.ports.open();
    this.#stream = stream;
    this.#opened = false;
    stream.onopen = () => {
      this.#opened = true;
      this.ports.tell("live");
    };
    stream.onerror = () => {
      if (this.#stream === stream) this.#broken();
    };
    for (const topic of TOPICS) {
      stream.addEventListener(topic, ({ data }) => this.ports.hear(topic, JSON.parse(data)));
    }
  }

  #broken(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#refusals = this.#opened ? 0 : this.#refusals + 1;
    void this.#look();
  }

  async #look(): Promise<void> {
    const finding = await this.ports.look();
    if (!this.#running || finding === "closed") return;
    if (finding === "gone") {
      this.#refusals = 0;
      this.ports.tell("lost");
      this.#timer = setTimeout(() => void this.#look(), backoff(++this.#absences));
      return;
    }
    this.#absences = 0;
    if (this.#refusals > 1) this.ports.tell("polling");
    this.#timer = setTimeout(() => this.#open(), this.#refusals > 1 ? AGAIN_MS : backoff(1));
  }
}
