import { Button, SureButton } from "@umbel/components";
import { useState } from "preact/hooks";
import { type Command, may, type Module } from "../model";
import type { Session, State } from "../session";
import { t } from "../texts";
import { Form } from "./form";
import { Later } from "./later";
import { WidgetView } from "./widget";

interface Props {
  session: Session;
  state: State;
}

const HEIGHTS: Record<string, number> = { color: 3, textbox: 2, graph: 3, status: 0 }; // of a slider

/** A card for each module that is loaded; a button for each that is not. */
export function Controls({ session, state }: Props) {
  const { modules, role } = state;
  const loaded = modules?.filter((module) => module.loaded) ?? [];
  const others = modules?.filter((module) => !module.loaded) ?? [];
  return (
    <section class="controls" aria-labelledby="controls">
      <h2 id="controls">{t("controls")}</h2>
      {!modules && <p class="wait">{t("loading")}</p>}
      {(state.devices[0] || state.faults[0]) && <Later name="devices" session={session} state={state} />}
      {modules && loaded.length === 0 && state.devices.length === 0 && <p class="hint">{t("controls.empty")}</p>}
      <div class="cards">
        {stacked(loaded).map((stack, index) => (
          <div key={index}>
            {stack.map((module) => (
              <Card key={module.name} module={module} session={session} state={state} />
            ))}
          </div>
        ))}
      </div>
      {others.length > 0 && may(role, "control") && (
        <section class="shelf" aria-labelledby="shelf">
          <h3 id="shelf">{t("shelf")}</h3>
          <ul>
            {others.map(({ name }) => (
              <li key={name}>
                <Loader name={name} session={session} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </section>
  );
}

/** The modules in two stacks, about as high as each other; where there is no room, one follows the other. */
function stacked(modules: Module[]): Module[][] {
  const stacks: Module[][] = [[], []];
  const heights = [0, 0];
  for (const module of modules) {
    const shorter = (heights[1] as number) < (heights[0] as number) ? 1 : 0;
    stacks[shorter]?.push(module);
    const drawn = module.commands?.filter((command) => command.widget) ?? [];
    heights[shorter] = drawn.reduce((sum, { widget }) => sum + (HEIGHTS[widget?.type ?? ""] ?? 1), heights[shorter] ?? 0) + 2;
  }
  return stacks;
}

function Loader({ name, session }: { name: string; session: Session }) {
  const [busy, setBusy] = useState(false);
  return (
    <Button
      label={t("load", { name })}
      disabled={busy}
      onPress={() => {
        setBusy(true);
        void session.loadModule(name).finally(() => setBusy(false));
      }}
    >
      + {name}
    </Button>
  );
}

interface CardProps extends Props {
  module: Module;
}

function Card({ module, session, state }: CardProps) {
  const { name, commands = [] } = module;
  const mine = commands.filter((command) => may(state.role, command.role));
  const drawn = mine.filter((command) => command.widget && command.widget.type !== "status");
  const states = state.states[name];
  return (
    <article class="card" aria-labelledby={`card-${name}`}>
      <h3 id={`card-${name}`}>{name}</h3>
      {drawn.map((command) => (
        <WidgetView key={command.name} module={name} command={command} states={states} session={session} />
      ))}
      {mine.length > 0 && <More name={name} commands={mine} session={session} isAdmin={may(state.role, "admin")} />}
    </article>
  );
}

interface MoreProps {
  name: string;
  commands: Command[];
  session: Session;
  isAdmin: boolean;
}

/** Every command as a form, drawn when somebody wants it. */
export function More({ name, commands, session, isAdmin }: MoreProps) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("commands", { count: commands.length })}</summary>
      {open && (
        <div class="forms">
          {commands.map((command) => (
            <Form key={command.name} module={name} command={command} session={session} />
          ))}
          {isAdmin && (
            <SureButton kind="quiet" ask={t("sure")} onPress={() => void session.unload(name)}>
              {t("unload", { name })}
            </SureButton>
          )}
        </div>
      )}
    </details>
  );
}
