import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button";
import { History } from "./history";

interface Props {
  label: string;
  hint: string;
  run: string; // the button
  suggestions: string; // names the list of suggestions
  complete: (line: string) => string[]; // whole lines that may be meant
  onRun: (line: string) => Promise<unknown>;
  children?: ComponentChildren; // what the commands have answered
}

/** One line for commands: arrows for history, arrow right or a tap to complete. */
export function CommandBox({ label, hint, run, suggestions, complete, onRun, children }: Props) {
  const [line, setLine] = useState("");
  const [busy, setBusy] = useState(false);
  const [touched, setTouched] = useState(false);
  const history = useRef(new History());
  const input = useRef<HTMLInputElement>(null);
  const answers = useRef<HTMLDivElement>(null);
  const offers = touched ? complete(line).slice(0, 8) : [];
  const ghost = line && offers[0]?.startsWith(line) ? offers[0].slice(line.length) : "";

  useEffect(() => {
    if (answers.current) answers.current.scrollTop = answers.current.scrollHeight;
  }, [children]);

  const take = (wanted: string) => {
    setLine(wanted);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const atEnd = input.current?.selectionStart === line.length;
    if (event.key === "ArrowUp") setLine(history.current.back(line));
    else if (event.key === "ArrowDown") setLine(history.current.forward());
    else if (event.key === "ArrowRight" && atEnd && ghost) setLine(`${line}${ghost}`);
    else return;
    event.preventDefault();
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    const wanted = line.trim();
    if (!wanted || busy) return;
    history.current.add(wanted);
    setLine("");
    setBusy(true);
    void onRun(wanted).finally(() => setBusy(false));
  };

  return (
    <div class="command-box">
      <div class="answers" role="log" tabIndex={0} aria-label={label} ref={answers}>
        {children}
      </div>
      <form onSubmit={onSubmit}>
        <div class="line">
          <span class="ghost" aria-hidden="true">
            <i>{line}</i>
            {ghost}
          </span>
          <input
            ref={input}
            aria-label={label}
            placeholder={hint}
            value={line}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            enterkeyhint="send"
            onFocus={() => setTouched(true)}
            onInput={(event) => setLine(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
        </div>
        <Button kind="main" submit disabled={busy}>
          {run}
        </Button>
      </form>
      {offers.length > 0 && (
        <ul class="offers" aria-label={suggestions}>
          {offers.map((offer) => (
            <li key={offer}>
              <button type="button" onClick={() => take(`${offer} `)}>
                {offer}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A command and what came of it. */
export function Answer({ line, text, problem }: { line?: string; text?: string | undefined; problem?: string | undefined }) {
  return (
    <div class="answer">
      {line && <code>{line}</code>}
      {text && <pre>{text}</pre>}
      {problem && <p class="problem">{problem}</p>}
    </div>
  );
}
