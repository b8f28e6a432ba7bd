import { Button, sentence, shown, Slider, TextBox, Toggle } from "@umbel/components";
import { useState } from "preact/hooks";
import { type Instance, may, type Status } from "../model";
import { numberOf, typed } from "../schema";
import type { Session, State } from "../session";
import { catalogue } from "../texts";
import { texts } from "../part-texts";
import { More } from "../views/controls";
import de from "./texts/de.json";
import en from "./texts/en.json";

const t = texts({ en, de });

const STEPS: Record<string, number> = { int_or_fade: 1, int_range: 1, float_range: 0.5, thermostat: 0.1 };
// Commands that have no control of their own, and what they take.
const TAKES: Record<string, string[]> = {
  set_rule: ["rule", "minutes"],
  enable_in: ["minutes"],
  disable_in: ["minutes"],
  add_schedule_rule: ["time", "rule", "overwrite"],
};
// What a card draws in another way than as a line of text.
const DRAWN = "nickname type enabled current_rule scheduled_rule default_rule schedule override fault turned_on condition_met targets min_rule max_rule";

interface Props {
  session: Session;
  state: State;
}

/** A card for each device and each sensor, drawn from what its metadata says. */
export default function DeviceCards({ session, state }: Props) {
  const { devices, faults, role } = state;
  return (
    <div class="cards devices">
      {faults.map((fault) => (
        <p class="warning" key={fault}>
          {fault}
        </p>
      ))}
      {devices.map((device) =>
        device.status ? (
          <Card key={device.id} device={device} status={device.status} session={session} locked={!may(role, "control")} />
        ) : (
          <p class="warning">{device.id}</p>
        ),
      )}
    </div>
  );
}

interface CardProps {
  device: Instance;
  status: Status;
  session: Session;
  locked: boolean;
}

function Card({ device, status, session, locked }: CardProps) {
  const { id, kind, sensor, limits } = device;
  const [seconds, setSeconds] = useState("");
  const { current_rule: rule, schedule, override, fault, enabled } = status;
  const prompt = kind?.rule_prompt ?? "";
  const order = (command: string, values: Record<string, unknown> = {}) =>
    session.call(id, command, values).catch((error: unknown) => session.tell(sentence(error, catalogue)));
  const more = Object.fromEntries(Object.entries(status).filter(([key]) => !DRAWN.split(" ").includes(key)));
  return (
    <article class="card" aria-labelledby={`card-${id}`}>
      <h3 id={`card-${id}`}>
        {status.nickname} <small>{kind?.display_name}</small>
      </h3>
      {fault && <p class="warning">{fault}</p>}
      {sensor ? (
        <p>
          <span>
            {t("condition")} {shown(status.condition_met)}
          </span>
          {kind?.triggerable && !locked && <Button onPress={() => void order("trigger_sensor")}>{t("trigger")}</Button>}
        </p>
      ) : (
        <Toggle
          label={t("on")}
          value={status.turned_on ?? undefined}
          disabled={locked || !enabled}
          onChange={(wanted) => order(wanted ? "turn_on" : "turn_off")}
        />
      )}
      {limits && (
        <Slider
          label={t("rule")}
          min={limits[0]}
          max={limits[1]}
          step={STEPS[prompt] ?? 1}
          unit={kind?.rule_unit ?? ""}
          value={numberOf(rule)}
          disabled={locked}
          onChange={(wanted) => order("set_rule", { rule: seconds ? `fade/${wanted}/${seconds}` : wanted })}
        />
      )}
      {prompt === "int_or_fade" && !locked && (
        <label>
          {t("fade")}
          <input type="number" min={0} max={86400} value={seconds} onInput={(event) => setSeconds(event.currentTarget.value)} />
        </label>
      )}
      {prompt === "on_off" && (
        <Toggle
          label={t("rule")}
          value={rule === "on"}
          disabled={locked}
          onChange={(wanted) => order("set_rule", { rule: wanted ? "on" : "off" })}
        />
      )}
      <Toggle
        label={t("enabled")}
        value={enabled}
        disabled={locked}
        onChange={(wanted) => order(wanted ? "enable" : "disable")}
      />
      {override && (
        <p>
          {override.until ? t("override.until", { time: moment(override.until) }) : t("override")}
          {!locked && <Button onPress={() => void order("reset_rule")}>{t("override.end")}</Button>}
        </p>
      )}
      {Object.keys(more).length > 0 && <TextBox label={kind?.display_name ?? id} value={more} />}
      <ul class="tasks" aria-label={t("schedule")}>
        {Object.keys(schedule)
          .sort()
          .map((time) => (
            <li key={time}>
              <code>{time}</code>
              <b>{typed(schedule[time])}</b>
              {!locked && (
                <Button kind="quiet" label={t("schedule.remove", { time })} onPress={() => void order("remove_rule", { time })}>
                  ×
                </Button>
              )}
            </li>
          ))}
      </ul>
      {!locked && (
        <More
          name={id}
          session={session}
          isAdmin={false}
          commands={Object.entries({ ...TAKES, ...kind?.commands }).map(([name, takes]) => ({
            name,
            role: "control",
            parameters: Array.isArray(takes) ? takes.map((parameter) => ({ name: parameter })) : [],
          }))}
        />
      )}
    </article>
  );
}

/** A moment as people say it. */
function moment(seconds: number): string {
  return new Date(seconds * 1000).toLocaleString(catalogue.language, { weekday: "short", hour: "2-digit", minute: "2-digit" });
}
