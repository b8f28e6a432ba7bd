import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

interface Props {
  children: ComponentChildren;
  kind?: "main" | "quiet" | "plain";
  label?: string | undefined; // where the content alone says too little
  disabled?: boolean;
  submit?: boolean;
  onPress?: () => void;
}

export function Button({ children, kind = "plain", label, disabled, submit, onPress }: Props) {
  return (
    <button
      type={submit ? "submit" : "button"}
      class={`button ${kind}`}
      aria-label={label}
      disabled={disabled}
      onClick={onPress}
    >
      {children}
    </button>
  );
}

/** A button for what cannot be taken back: it asks once more, in its own place. */
export function SureButton({ children, ask, onPress, ...rest }: Props & { ask: string }) {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (!asking) return;
    const timer = setTimeout(() => setAsking(false), 5000);
    return () => clearTimeout(timer);
  }, [asking]);
  return (
    <Button
      {...rest}
      label={asking ? undefined : rest.label}
      kind={asking ? "main" : (rest.kind ?? "plain")}
      onPress={() => {
        if (asking) onPress?.();
        setAsking(!asking);
      }}
    >
      <span aria-live="polite">{asking ? ask : children}</span>
    </Button>
  );
}
