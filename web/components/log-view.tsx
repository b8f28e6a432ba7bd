import { useEffect, useRef } from "preact/hooks";

interface Props {
  label: string;
  empty: string;
  lines: readonly string[]; // <date> <time> [LEVEL] <text>
}

export function LogView({ label, empty, lines }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true); // as long as nobody scrolls up
  useEffect(() => {
    const list = box.current;
    if (list && follows.current) list.scrollTop = list.scrollHeight;
  }, [lines]);
  return (
    <div
      class="log"
      ref={box}
      tabIndex={0}
      role="log"
      aria-label={label}
      onScroll={({ currentTarget: list }) => {
        follows.current = list.scrollTop + list.clientHeight > list.scrollHeight - 20;
      }}
    >
      <ol>
      {lines.map((line, index) => {
        const { time, level, text } = parsed(line);
        return (
          <li key={index + line} class={level.toLowerCase()}>
            <time>{time}</time> <b>{level}</b> {text}
          </li>
        );
      })}
      {lines.length === 0 && <li class="hint">{empty}</li>}
      </ol>
    </div>
  );
}

export function parsed(line: string): { time: string; level: string; text: string } {
  const match = /^(\S+ )?(\S+) \[(\w+)\] (.*)$/s.exec(line);
  return { time: match?.[2] ?? "", level: match?.[3] ?? "", text: match?.[4] ?? line };
}
