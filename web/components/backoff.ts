// How long to wait before the next try: longer each time, and never all pages at once.

const SHORTEST_MS = 1000;
const LONGEST_MS = 15000;

export function backoff(failures: number, random: () => number = Math.random): number {
  const delay = Math.min(SHORTEST_MS * 2 ** Math.max(0, failures - 1), LONGEST_MS);
  return delay * (0.75 + random() / 2);
}
