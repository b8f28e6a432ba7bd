// Our flower: one stem, many rays, and at the end of each a floret that stands for something.

export type Bloom = "open" | "bud" | "lost";

/** The ends of the rays of the floret at (x, y), one of so many. */
export type Cluster = (x: number, y: number, angle: number, count: number) => [number, number][];

interface Props {
  blooms: readonly Bloom[];
  size: number; // pixels
  clusters?: Cluster; // each floret is a small umbel of its own
}

const FOOT = 98; // of a square of 100
const FORK = 64;
const SPREAD = 78; // degrees to each side
const REACH = 42;
const TIERS = [1, 0.8, 0.92, 0.7];
const MOST = 48;
const FEW = 16; // more than that, and clusters would touch each other

/** Decorative: what it shows is told in words elsewhere. */
export function Umbel({ blooms, size, clusters }: Props) {
  const drawn = blooms.slice(0, MOST);
  const rays = drawn.length > FEW ? undefined : clusters;
  const radius = rays ? 2.1 : Math.max(2.2, 6 - drawn.length * 0.15);
  return (
    <svg class={`umbel ${rays ? "clusters" : ""}`} viewBox="0 0 100 100" width={size} height={size} aria-hidden="true">
      <path d={`M50 ${FOOT}Q51 82 50 ${FORK}`} />
      <g>
        {drawn.map((bloom, index) => {
          const { x, y, angle } = tip(index, drawn.length);
          const ends = rays?.(x, y, angle, drawn.length);
          return (
            <g class={bloom}>
              <path
                d={`M50 ${FORK}Q${round(50 + (x - 50) * 0.28)} ${round(y + (FORK - y) * 0.38)} ${x} ${y}${
                  ends?.map(([a, b]) => `M${x} ${y}L${a} ${b}`).join("") ?? ""
                }`}
              />
              {(ends ?? [[x, y]]).map(([a, b]) => (
                <circle cx={a} cy={b} r={round(radius)} />
              ))}
            </g>
          );
        })}
      </g>
    </svg>
  );
}

/** Where floret `index` of `count` is: on a dome, each tier between the rays of the other. */
export function tip(index: number, count: number): { x: number; y: number; angle: number } {
  const angle = (count > 1 ? (index / (count - 1)) * 2 - 1 : 0) * SPREAD;
  const [x, y] = moved(50, FORK - 8, angle, (count > 5 ? (TIERS[index % 4] ?? 1) : 1) * REACH);
  return { x, y, angle };
}

export function moved(x: number, y: number, degrees: number, far: number): [number, number] {
  const angle = (degrees * Math.PI) / 180;
  return [round(x + Math.sin(angle) * far), round(y - Math.cos(angle) * far)];
}

const round = (number: number) => Math.round(number * 10) / 10;
