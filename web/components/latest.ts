// A control that moves faster than its node can follow: the last value wins, and always arrives.
import { sleep } from "./sleep";

export class Latest<T> {
  private next: [T] | undefined;
  private busy = false;

  /** `settled` is called when the last value has been sent and nothing is on the way. */
  constructor(
    private readonly send: (value: T) => Promise<unknown>,
    private readonly settled: () => void = () => {},
    private readonly gapMs = 200,
  ) {}

  push(value: T): void {
    this.next = [value];
    if (!this.busy) void this.drain();
  }

  private async drain(): Promise<void> {
    this.busy = true;
    while (this.next) {
      const [value] = this.next;
      this.next = undefined;
      await Promise.all([this.send(value).catch(() => {}), sleep(this.gapMs)]);
    }
    this.busy = false;
    this.settled();
  }
}
