import { Button, ProblemBox, sentence, SureButton } from "@umbel/components";
import { useEffect, useState } from "preact/hooks";
import type { Setting } from "../model";
import type { Session, State } from "../session";
import { changes, grouped } from "../settings";
import { catalogue, t } from "../texts";

const UNSET = "n/a"; // what the node writes where nothing is set

interface Props {
  session: Session;
  state: State;
}

/** Every setting as a field; only what was changed is saved. */
export function SettingsView({ session, state }: Props) {
  const { settings } = state;
  const [edits, setEdits] = useState<Record<string, unknown>>({});
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [saved, setSaved] = useState<"no" | "done" | "restart">("no");
  const [busy, setBusy] = useState(false);
  useEffect(() => void session.loadSettings(), []);
  if (!settings) return <p class="wait">{t("loading")}</p>;
  const changed = changes(settings, edits);

  const save = async () => {
    const left = { ...edits };
    const refused: Record<string, string> = {};
    let restart = saved === "restart";
    setBusy(true);
    for (const key of changed) {
      try {
        restart = (await session.save(key, edits[key])) || restart;
        delete left[key];
      } catch (error) {
        refused[key] = sentence(error, catalogue);
      }
    }
    setBusy(false);
    setEdits(left);
    setProblems(refused);
    setSaved(restart ? "restart" : Object.keys(refused).length ? "no" : "done");
    const first = Object.keys(refused)[0];
    if (first) document.getElementById(`set-${first}`)?.focus();
  };

  return (
    <form
      class="settings"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{t("nav.settings")}</h2>
      <p class="hint">{t("settings.hint")}</p>
      {grouped(settings).map(([group, keys]) => (
        <fieldset key={group} class="group">
          <legend>{t(group)}</legend>
          {keys.map((key) => (
            <Field
              key={key}
              name={key}
              setting={settings[key] as Setting}
              edit={edits[key]}
              problem={problems[key]}
              onEdit={(value) => setEdits({ ...edits, [key]: value })}
            />
          ))}
        </fieldset>
      ))}
      <div class="save" role="status">
        <Button kind="main" submit disabled={busy || changed.length === 0}>
          {t("save", { count: changed.length })}
        </Button>
        {saved === "done" && !changed.length && <span>{t("saved")}</span>}
        {saved === "restart" && <span>{t("saved.restart")}</span>}
        <SureButton ask={t("sure")} onPress={() => void session.reboot()}>
          {t("restart")}
        </SureButton>
      </div>
    </form>
  );
}

interface FieldProps {
  name: string;
  setting: Setting;
  edit: unknown;
  problem: string | undefined;
  onEdit: (value: unknown) => void;
}

function Field({ name, setting, edit, problem, onEdit }: FieldProps) {
  const { type, limit, secret, read_only: fixed, reboot } = setting;
  const value = edit ?? (secret ? "" : setting.value);
  const id = `set-${name}`;
  const shared = { id, disabled: !!fixed, "aria-invalid": !!problem, "aria-describedby": `${id}-notes` };
  const isBox = type === "bool";
  const label = (
    <>
      {title(name)}
      <code>
        {name} {reboot && <abbr title={t("set.reboot")}>↻</abbr>}
      </code>
    </>
  );
  return (
    <div class={`field${edit === undefined ? "" : " changed"}`}>
      {isBox ? (
        <label>
          <input
            {...shared}
            type="checkbox"
            class="check"
            checked={!!value}
            onChange={(event) => onEdit(event.currentTarget.checked)}
          />
          {label}
        </label>
      ) : (
        <label for={id}>{label}</label>
      )}
      {isBox ? null : isChoice(limit) ? (
        <select {...shared} value={String(value)} onChange={(event) => onEdit(event.currentTarget.value)}>
          {limit.map((choice) => (
            <option key={choice} value={choice}>
              {choice === UNSET ? "–" : choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...shared}
          type={(secret ? "password" : "text") as "text"}
          inputMode={type === "int" ? "numeric" : "text"}
          autocomplete={secret ? "new-password" : "off"}
          placeholder={secret ? t("set.secret") : "–"}
          maxLength={typeof limit === "number" ? limit : undefined}
          value={value === UNSET ? "" : String(value)}
          onInput={(event) => onEdit(event.currentTarget.value || (secret || type === "int" ? "" : UNSET))}
        />
      )}
      <small id={`${id}-notes`}>{type === "int" && Array.isArray(limit) && `${limit[0]} … ${limit[1]}`}</small>
      <ProblemBox text={problem} />
    </div>
  );
}

function isChoice(limit: Setting["limit"]): limit is string[] {
  return Array.isArray(limit) && typeof limit[0] === "string";
}

/** What a setting is called: `irq2_trig` as `set.irq_trig` with its number. */
function title(name: string): string {
  const number = /\d/.exec(name)?.[0] ?? "";
  const key = `set.${name.replace(number, "")}`;
  return catalogue.has(key) ? t(key, { number }) : name;
}
