// Requests to the node, one after the other.
import { Lane, refusal, Unreachable } from "@umbel/components";

const PATIENCE_MS = 60000; // a slow link may take that long for a long answer
const BASE = "/api/v1/";

export class Api {
  constructor(
    private readonly send: typeof fetch = (...request) => fetch(...request),
    private readonly lane = new Lane(),
  ) {}

  /** What the page asks by itself; it waits for what a person asked for. */
  get<T>(path: string): Promise<T> {
    return this.idle("GET", path);
  }

  idle<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.request(path, method, body);
  }

  /** What a person asked for. */
  now<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.request(path, method, body, true);
  }

  private request<T>(path: string, method: string, body?: unknown, urgent = false): Promise<T> {
    return this.lane.run(async () => {
      let response: Response;
      try {
        const more =
          body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
        const signal = AbortSignal.timeout(PATIENCE_MS);
        response = await this.send(BASE + path, { method, signal, ...more });
        if (response.ok) return (await response.json()) as T;
      } catch (error) {
        throw new Unreachable(String(error));
      }
      throw await refusal(response);
    }, urgent);
  }
}
