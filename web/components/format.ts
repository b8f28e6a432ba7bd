// Figures as people read them.

/** A key such as `temp[C]` or `CPU load [%]`, as label and unit. */
export function labelled(key: string): { label: string; unit: string } {
  const match = /^(.*?)\s*\[(.+)\]$/.exec(key);
  const unit = match?.[2] ?? "";
  return { label: match?.[1] || key, unit: /^[CF]$/.test(unit) ? `°${unit}` : unit };
}

/** A value for a place where one line fits. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "✓" : "✗";
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

/** A size in bytes. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const kilobytes = size / 1024;
  return kilobytes < 1000 ? `${kilobytes.toFixed(kilobytes < 10 ? 1 : 0)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}

/** A span such as `3d 4h` or `2:05`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (number: number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return (hours ? `${hours}:${two(Math.floor(seconds / 60) % 60)}` : `${Math.floor(seconds / 60)}`) + `:${two(seconds % 60)}`;
}
