import { Answer, Button, sentence } from "@umbel/components";
import { useState } from "preact/hooks";
import type { Command } from "../model";
import { typed, valueOf } from "../schema";
import type { Session } from "../session";
import { catalogue, t } from "../texts";

interface Props {
  module: string;
  command: Command;
  session: Session;
}

/** Any command: a box for each parameter, and what came of it. */
export function Form({ module, command, session }: Props) {
  const [values, setValues] = useState<Record<string, string>>({});
  const [answer, setAnswer] = useState<{ text?: string; problem?: string }>({});
  const [busy, setBusy] = useState(false);
  const run = async () => {
    const given = Object.entries(values).filter(([, text]) => text !== "");
    setBusy(true);
    try {
      const call = Object.fromEntries(given.map(([name, text]) => [name, valueOf(text)]));
      setAnswer({ text: (await session.call(module, command.name, call)).text });
    } catch (error) {
      setAnswer({ problem: sentence(error, catalogue) });
    }
    setBusy(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <code>{command.name}</code>
      {command.parameters.map((parameter) => (
        <label key={parameter.name}>
          {parameter.name}
          <input
            value={values[parameter.name] ?? ""}
            placeholder={typed(parameter.default)}
            autocomplete="off"
            onInput={(event) => setValues({ ...values, [parameter.name]: event.currentTarget.value })}
          />
        </label>
      ))}
      <Button submit disabled={busy} label={t("run.command", { command: command.name })}>
        {t("run")}
      </Button>
      {(answer.text || answer.problem) && (
        <div role="status">
          <Answer {...answer} />
        </div>
      )}
    </form>
  );
}
