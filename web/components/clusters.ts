// A small umbel at the end of a ray.
import { moved } from "./umbel";

const FAN = [-84, -42, 0, 42, 84]; // degrees

/** The ends of its rays; the more florets the flower has, the shorter they are. */
export function clusters(x: number, y: number, angle: number, count: number): [number, number][] {
  return FAN.map((turn) => moved(x, y, angle + turn, 10 - count * 0.25));
}
