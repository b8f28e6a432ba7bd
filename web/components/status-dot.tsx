export type Condition = "good" | "fair" | "bad" | "idle";

/** A dot and its meaning in words: colour alone tells nothing to some. */
export function StatusDot({ condition, label, bare }: { condition: Condition; label: string; bare?: boolean }) {
  return (
    <span class={`status ${condition}`}>
      <svg viewBox="0 0 10 10" aria-hidden="true">
        <circle cx="5" cy="5" r={condition === "bad" || condition === "idle" ? 3.6 : 4.6} />
      </svg>
      <span class={bare ? "unseen" : ""}>{label}</span>
    </span>
  );
}
