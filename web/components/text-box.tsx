import { labelled, shown } from "./format";

interface Props {
  label: string;
  value: unknown; // an object becomes a list
}

export function TextBox({ label, value }: Props) {
  return (
    <section class="text-box" aria-label={label}>
      <h4>{label}</h4>
      {isObject(value) ? (
        <dl>
          {Object.entries(value).map(([key, one]) => {
            const { label: name, unit } = labelled(key);
            return (
              <div key={key}>
                <dt>{name}</dt>
                <dd>
                  {shown(one)}
                  {unit && ` ${unit}`}
                </dd>
              </div>
            );
          })}
        </dl>
      ) : (
        <p class="text">{value === undefined ? "…" : shown(value)}</p>
      )}
    </section>
  );
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
