import { useControl } from "./control";

interface Props {
  label: string;
  value: boolean | undefined; // undefined: nobody knows
  disabled?: boolean;
  onChange: (value: boolean) => Promise<unknown>;
}

export function Toggle({ label, value, disabled, onChange }: Props) {
  const [shown, change] = useControl(value, (wanted) => onChange(!!wanted));
  return (
    <button
      type="button"
      role="switch"
      class="toggle"
      aria-checked={shown === true}
      disabled={disabled}
      onClick={() => change(!shown)}
    >
      <span>{label}</span>
      <i />
    </button>
  );
}
