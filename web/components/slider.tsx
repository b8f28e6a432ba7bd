import { useId } from "preact/hooks";
import { useControl } from "./control";

export interface Range {
  min: number;
  max: number;
  step: number;
}

interface Props extends Range {
  label: string;
  value: number | undefined; // undefined: nobody knows
  unit?: string;
  look?: string; // a class for the track
  disabled?: boolean;
  onChange: (value: number) => Promise<unknown>;
}

export function Slider({ label, value, unit = "", look = "", onChange, min, max, step, disabled }: Props) {
  const id = useId();
  const [shown, change] = useControl(value, (wanted) => onChange(wanted ?? min));
  const share = shown === undefined ? 0 : ((shown - min) / (max - min || 1)) * 100;
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      <output for={id}>{shown === undefined ? "–" : `${Math.round(shown * 100) / 100}${unit && ` ${unit}`}`}</output>
      <input
        id={id}
        type="range"
        class={look}
        style={{ "--share": `${share}%` }}
        min={min}
        max={max}
        step={step}
        value={shown ?? min}
        disabled={disabled}
        onInput={(event) => change(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
