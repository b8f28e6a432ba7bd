// A queue for requests: a board serves three connections in all, so a page takes one at a time.

interface Waiting {
  urgent: boolean;
  start: () => void;
}

export class Lane {
  private readonly waiting: Waiting[] = [];
  private active = 0;

  constructor(private readonly width = 1) {}

  /** What `work` gives; urgent work overtakes what waits, but interrupts nothing. */
  async run<T>(work: () => Promise<T>, urgent = false): Promise<T> {
    if (this.active < this.width) this.active++;
    else await this.turn(urgent);
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next.start();
      else this.active--;
    }
  }

  private turn(urgent: boolean): Promise<void> {
    return new Promise((start) => {
      const patient = urgent ? this.waiting.findIndex((other) => !other.urgent) : -1;
      this.waiting.splice(patient < 0 ? this.waiting.length : patient, 0, { urgent, start });
    });
  }
}
