import { fromHsv, type Rgb, toHex, toHsv } from "./colour";
import { useControl } from "./control";
import { Slider } from "./slider";

interface Props {
  label: string;
  names: { hue: string; strength: string };
  value: Rgb | undefined;
  top: number; // the highest level of a channel
  disabled?: boolean;
  onChange: (levels: Rgb) => Promise<unknown>;
}

/** Hue and strength; the brightness stays as it is. */
export function ColourPicker({ label, names, value, top, disabled, onChange }: Props) {
  const [shown, change] = useControl(toHsv(value ?? [top, top, top], top), (hsv) => {
    const [hue, saturation, brightness] = hsv;
    return onChange(fromHsv([hue, saturation, brightness || 1], top));
  });
  const [hue, saturation, brightness] = shown;
  const pure = toHex(fromHsv([hue, 1, 1], 255), 255);
  const set = (changed: Rgb) => {
    change(changed);
    return Promise.resolve();
  };
  return (
    <fieldset class="colour" disabled={disabled} style={{ "--pure": pure }}>
      <legend>{label}</legend>
      <svg viewBox="0 0 10 10" class="swatch" aria-hidden="true">
        <circle cx="5" cy="5" r="4.6" fill={toHex(fromHsv([hue, saturation, 1], 255), 255)} />
      </svg>
      <Slider label={names.hue} value={Math.round(hue)} unit="°" look="hue" min={0} max={360} step={2}
        onChange={(wanted) => set([wanted, saturation || 1, brightness])} />
      <Slider label={names.strength} value={Math.round(saturation * 100)} unit="%" look="strength" min={0} max={100}
        step={1} onChange={(wanted) => set([hue, wanted / 100, brightness])} />
    </fieldset>
  );
}
