import { Answer, CommandBox, ProblemBox, sentence } from "@umbel/components";
import { useState } from "preact/hooks";
import { type Gateway, troubleOf } from "../gateway";
import type { NodeView, Outcome } from "../model";
import { catalogue, t } from "../texts";

const KEPT = 20;
const COMMON = ["hello", "help", "modules", "modules installed", "system clock", "system heartbeat", "system info",
  "system memory_usage", "task list", "version"];

interface Props {
  gateway: Gateway;
  nodes: NodeView[]; // whom a command goes to
  isSelection: boolean;
}

interface Run {
  line: string;
  outcomes?: Record<string, Outcome>;
  problem?: string;
}

/** One command for several nodes; what each of them answers. */
export function Commands({ gateway, nodes, isSelection }: Props) {
  const [runs, setRuns] = useState<Run[]>([]);
  const run = async (line: string) => {
    let made: Run;
    try {
      if (!nodes.length) throw new Error();
      made = { line, outcomes: await gateway.run(line, nodes.map(({ name }) => name)) };
    } catch (error) {
      made = { line, problem: nodes.length ? sentence(error, catalogue) : t("command.nobody") };
    }
    setRuns((before) => [...before, made].slice(-KEPT));
  };
  return (
    <section aria-labelledby="command" class="command">
      <h2 id="command">{t("command")}</h2>
      <p class="hint" role="status">
        {whom(nodes, isSelection)}
      </p>
      <CommandBox
        label={t("command.label")}
        hint={t("command.hint")}
        run={t("run")}
        suggestions={t("command.suggestions")}
        complete={(line) => COMMON.filter((known) => known.startsWith(line) && known !== line)}
        onRun={run}
      >
        {runs.map(({ line, outcomes = {}, problem }, index) => (
          <div key={index}>
            <Answer line={line} problem={problem} />
            <dl class="outcomes">
              {Object.entries(outcomes).map(([name, outcome]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    {outcome.answer && <pre>{outcome.answer.text}</pre>}
                    <ProblemBox text={troubleOf(name, outcome)} />
                  </dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
      </CommandBox>
    </section>
  );
}

function whom(nodes: NodeView[], isSelection: boolean): string {
  const [first] = nodes;
  if (!first) return t("command.nobody");
  if (nodes.length === 1) return t("command.for.one", { name: first.name });
  return t(isSelection ? "command.for.some" : "command.for", { count: nodes.length });
}
