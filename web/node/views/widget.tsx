import { Button, ColourPicker, Graphs, isObject, ProblemBox, type Rgb, sentence, Slider, TextBox, Toggle } from "@umbel/components";
import type { ComponentChild } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Command, Parameter, States } from "../model";
import { bounded, choices, isSwitch, numberOf, stateOf, typed } from "../schema";
import type { Session } from "../session";
import { catalogue, t } from "../texts";

interface Props {
  module: string;
  command: Command;
  states: States | undefined;
  session: Session;
}

interface Drawn extends Props {
  send: (values: Record<string, unknown>) => Promise<unknown>;
}

const LEAST_MS = 2000; // between two readings
const VIEWS: Record<string, (props: Drawn) => ComponentChild> = {
  button: Choice,
  slider: Sliders,
  white: Sliders,
  joystick: Sliders,
  color: Colour,
  textbox: Reading,
  graph: Reading,
  embed: Embedded,
};

/** The control that a module wants for a command; nothing for one that we do not know. */
export function WidgetView(props: Props) {
  const { module, command, session } = props;
  const [problem, setProblem] = useState<string>();
  const [text, setText] = useState("");
  const View = VIEWS[command.widget?.type ?? ""];
  const send = async (values: Record<string, unknown>) => {
    try {
      const answer = await session.call(module, command.name, values);
      setProblem(undefined);
      if (command.widget?.result) setText(answer.text);
    } catch (error) {
      setProblem(sentence(error, catalogue));
    }
  };
  if (!View) return null;
  return (
    <div class="widget">
      <View {...props} send={send} />
      {text && <p class="text">{text}</p>}
      <ProblemBox text={problem} />
    </div>
  );
}

function Choice({ command, states, send }: Drawn) {
  const choice = choices(command);
  const label = spoken(command.name);
  if (!choice) return <Button onPress={() => void send({})}>{label}</Button>;
  const state = stateOf(states, command.name, choice.name);
  if (isSwitch(choice.values)) {
    const value = state === undefined ? undefined : !!state;
    return <Toggle label={label} value={value} onChange={(wanted) => send({ [choice.name]: wanted })} />;
  }
  return (
    <div class="choice" role="group" aria-label={label}>
      <span>{label}</span>
      {choice.values.map((value) => (
        <button
          key={String(value)}
          type="button"
          aria-pressed={state === value}
          onClick={() => void send({ [choice.name]: value })}
        >
          {typed(value)}
        </button>
      ))}
    </div>
  );
}

function Sliders({ command, states, send }: Drawn) {
  const parameters = bounded(command);
  const value = (parameter: Parameter) => numberOf(stateOf(states, command.name, parameter.name));
  return (
    <>
      {parameters.map((parameter) => (
        <Slider
          key={parameter.name}
          label={parameters.length > 1 ? `${spoken(command.name)} ${parameter.name}` : spoken(command.name)}
          min={parameter.minimum ?? 0}
          max={parameter.maximum ?? 100}
          step={parameter.multipleOf ?? 1}
          unit={parameter.name === "percent" ? "%" : ""}
          value={value(parameter)}
          onChange={(wanted) => {
            const others = parameters.map((other) => [other.name, value(other) ?? other.minimum ?? 0]);
            return send({ ...Object.fromEntries(others), [parameter.name]: wanted });
          }}
        />
      ))}
    </>
  );
}

function Colour({ command, states, send }: Drawn) {
  const names = bounded(command).map((parameter) => parameter.name);
  const levels = names.map((name) => numberOf(stateOf(states, command.name, name)));
  const known = levels.every((level) => level !== undefined);
  return (
    <ColourPicker
      label={spoken(command.name)}
      names={{ hue: t("hue"), strength: t("strength") }}
      value={known ? (levels as unknown as Rgb) : undefined}
      top={bounded(command)[0]?.maximum ?? 255}
      onChange={(wanted) => send(Object.fromEntries(names.map((name, index) => [name, wanted[index]])))}
    />
  );
}

/** What a command measures, read again and again while somebody looks. */
function Reading({ module, command, session }: Drawn) {
  const { type, refresh = 10000, limit = 30 } = command.widget ?? { type: "" };
  const [samples, setSamples] = useState<unknown[]>([]);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let ended = false;
    const read = async () => {
      const { link } = session.store.value;
      if (!document.hidden && (link === "live" || link === "polling" || link === "connecting")) {
        try {
          const sample = await session.measure(module, command.name);
          setSamples((before) => [...before, sample].slice(-limit));
          setProblem(undefined);
        } catch (error) {
          setProblem(sentence(error, catalogue));
        }
      }
      if (!ended) timer = setTimeout(() => void read(), Math.max(LEAST_MS, refresh));
    };
    let timer = setTimeout(() => void read());
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, []);
  const label = spoken(command.name);
  return (
    <>
      {type === "graph" ? (
        <Graphs label={label} samples={samples.filter(isObject)} />
      ) : (
        <TextBox label={label} value={problem ? "–" : samples.at(-1)} />
      )}
      <ProblemBox text={problem} />
    </>
  );
}

/** Something the node serves beside: an image of this node, or a link to it. */
function Embedded({ command }: Drawn) {
  const { callback = "", title = command.name, image } = command.widget ?? { type: "" };
  if (!/^\/[^/]/.test(callback)) return null;
  return image ? <img src={callback} alt={title} /> : <a href={callback}>{title}</a>;
}

/** The name of a command as people write it. */
function spoken(name: string): string {
  const text = name.replaceAll("_", " ").replace(/(\D)(\d+)$/, "$1 $2");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
