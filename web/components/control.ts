// A control shows what its reader does at once, and what the node says when that has settled.
import { useRef, useState } from "preact/hooks";
import { Latest } from "./latest";

export function useControl<T>(
  value: T,
  send: (value: T) => Promise<unknown>,
): [shown: T, change: (value: T) => void] {
  const [held, setHeld] = useState<{ value: T } | undefined>(undefined);
  const sender = useRef(send);
  sender.current = send;
  const latest = useRef<Latest<T> | undefined>(undefined);
  latest.current ??= new Latest(
    (wanted) => sender.current(wanted),
    () => setHeld(undefined),
  );
  return [
    held ? held.value : value,
    (wanted) => {
      setHeld({ value: wanted });
      latest.current?.push(wanted);
    },
  ];
}
