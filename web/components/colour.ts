// Colours as a lamp knows them (levels of three channels) and as a person does (hue, strength).

export type Rgb = readonly [number, number, number];

/** Hue 0..360, saturation and value 0..1 of levels 0..top. */
export function toHsv([r, g, b]: Rgb, top: number): Rgb {
  const value = Math.max(r, g, b);
  const spread = value - Math.min(r, g, b);
  let hue = 0;
  if (spread) {
    if (value === r) hue = ((g - b) / spread + 6) % 6;
    else if (value === g) hue = (b - r) / spread + 2;
    else hue = (r - g) / spread + 4;
  }
  return [hue * 60, value ? spread / value : 0, value / top];
}

export function fromHsv([hue, saturation, value]: Rgb, top: number): Rgb {
  const level = (n: number) => {
    const k = (n + hue / 60) % 6;
    return Math.round(top * value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [level(5), level(3), level(1)];
}

/** `#rrggbb`, at full strength where `bright`: the lamp's own brightness is another control. */
export function toHex(levels: Rgb, top: number, bright = false): string {
  const most = bright ? Math.max(...levels) || 1 : top;
  return `#${levels.map((level) => Math.round((level * 255) / most).toString(16).padStart(2, "0")).join("")}`;
}
