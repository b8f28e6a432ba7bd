import { labelled } from "./format";

interface Props {
  label: string;
  values: readonly number[];
  top?: number; // the highest value there can be, where that is known
  from?: number;
}

const WIDTH = 100;
const HEIGHT = 24;

/** A line that says where a figure comes from; the newest value stands beside it in words. */
export function Graph({ label, values, top, from }: Props) {
  const low = from ?? Math.min(...values);
  const high = Math.max(top ?? Math.max(...values), low + 1e-9);
  const points = values.map((value, index) => {
    const x = (index / Math.max(1, values.length - 1)) * WIDTH;
    const y = HEIGHT - 1 - ((value - low) / (high - low)) * (HEIGHT - 2);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  const line = points.join("L");
  return (
    <svg class="graph" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {points.length > 1 && (
        <>
          <path class="area" d={`M0 ${HEIGHT}L${line}L${WIDTH} ${HEIGHT}Z`} />
          <path d={`M${line}`} />
        </>
      )}
    </svg>
  );
}

/** Each numeric member of the samples as a graph of its own. */
export function Graphs({ label, samples }: { label: string; samples: readonly Record<string, unknown>[] }) {
  const newest = samples.at(-1) ?? {};
  const names = Object.keys(newest).filter((name) => typeof newest[name] === "number");
  return (
    <section class="graphs" aria-label={label}>
      <h4>{label}</h4>
      {names.map((name) => {
        const { label: title, unit } = labelled(name);
        const now = `${newest[name]}${unit && ` ${unit}`}`;
        const values = samples.map((sample) => sample[name]).filter((value) => typeof value === "number");
        return (
          <div key={name}>
            <span>{title}</span>
            <output>{now}</output>
            <Graph label={`${title}: ${now}`} values={values} />
          </div>
        );
      })}
    </section>
  );
}
