import { Answer, CommandBox, sentence } from "@umbel/components";
import { useState } from "preact/hooks";
import { completions } from "../schema";
import type { Session, State } from "../session";
import { catalogue, t } from "../texts";

const KEPT = 50;

interface Entry {
  line: string;
  text?: string;
  problem?: string;
}

export function Console({ session, state }: { session: Session; state: State }) {
  const [entries, setEntries] = useState<Entry[]>([]);
  const run = async (line: string) => {
    let entry: Entry;
    try {
      entry = { line, text: (await session.run(line)).text };
    } catch (error) {
      entry = { line, problem: sentence(error, catalogue) };
    }
    setEntries((before) => [...before, entry].slice(-KEPT));
  };
  return (
    <section aria-labelledby="console">
      <h2 id="console">{t("console")}</h2>
      <CommandBox
        label={t("console.label")}
        hint={t("console.hint")}
        run={t("run")}
        suggestions={t("console.suggestions")}
        complete={(line) => completions(line, state.modules ?? [])}
        onRun={run}
      >
        {entries.map((entry, index) => (
          <Answer key={index} {...entry} />
        ))}
      </CommandBox>
    </section>
  );
}
