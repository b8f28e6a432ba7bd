// The launcher: what is installed as an app, to start, stop and look after.
import { Button, bytes, type Condition, LogView, ProblemBox, sentence, shown, span, StatusDot } from "@umbel/components";
import { useEffect, useState } from "preact/hooks";
import { type App, may } from "../model";
import { texts } from "../part-texts";
import type { Session, State } from "../session";
import { catalogue } from "../texts";
import style from "./style.css?inline";
import de from "./texts/de.json";
import en from "./texts/en.json";

const REFRESH_MS = 5000;
const CONDITIONS: Record<string, Condition> = { running: "good", failed: "bad" };

const t = texts({ en, de });

interface Props {
  session: Session;
  state: State;
}

/** A grid of icons; who presses one sees more of that app below. */
export default function Apps({ session, state }: Props) {
  const { apps } = state;
  const [open, setOpen] = useState("");
  const [icons, setIcons] = useState(1); // asked for so far: a board has few connections
  useEffect(() => adopt(style), []);
  useEffect(() => every(REFRESH_MS, session, () => session.loadApps()), []);
  const chosen = apps.find(({ uid }) => uid === open);
  const close = () => {
    document.getElementById(`app-${open}`)?.focus();
    setOpen("");
  };
  return (
    <section class="apps" aria-labelledby="apps" onKeyDown={(event) => open && event.key === "Escape" && close()}>
      <h2 id="apps">{t("apps")}</h2>
      <ul>
        {apps.map((app, index) => (
          <li key={app.uid}>
            <button
              id={`app-${app.uid}`}
              type="button"
              aria-expanded={app.uid === open}
              onClick={() => setOpen(app.uid === open ? "" : app.uid)}
            >
              {app.icon && index < icons ? (
                <img
                  src={`${app.icon}?v=${app.version}`}
                  alt=""
                  width={64}
                  height={64}
                  onLoad={() => setIcons(index + 2)}
                  onError={() => setIcons(index + 2)}
                />
              ) : (
                <i aria-hidden="true">{app.title[0]}</i>
              )}
              <b>{app.title}</b>
              <Condition app={app} />
            </button>
          </li>
        ))}
      </ul>
      {chosen && <Card key={open} app={chosen} session={session} state={state} />}
    </section>
  );
}

function Condition({ app: { state, fault } }: { app: App }) {
  const word = fault ? "damaged" : state;
  return <StatusDot condition={fault ? "bad" : (CONDITIONS[state] ?? "idle")} label={word in en ? t(word as keyof typeof en) : word} />;
}

function Card({ app, session, state }: Props & { app: App }) {
  const { uid, version, title, description, permissions = [], fault, out } = app;
  const [lines, setLines] = useState<string[]>([]);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const isRunning = app.state === "running";
  const look = async () => {
    const { result } = await session.run(`app log "${uid}"`);
    if (Array.isArray(result)) setLines(result.map(String));
  };
  useEffect(() => {
    void look().catch(() => {}); // what goes wrong the page says, or the launcher
    return every(REFRESH_MS, session, look);
  }, []);
  const order = async (command: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await session.run(`app ${command} "${uid}"`);
    } catch (error) {
      setProblem(sentence(error, catalogue));
    }
    await session.loadApps();
    void session.loadTasks();
    await look().catch(() => {});
    setBusy(false);
  };
  const figures: [name: string, value: string | false][] = [
    [t("since"), isRunning && state.about ? span(Math.max(0, state.about.uptime_ms - app.since_ms)) : false],
    [t("cpu"), app.cpu_ms > 0 && t("seconds", { seconds: shown(app.cpu_ms / 1000) })],
    [t("heap"), app.heap > 0 && bytes(app.heap)],
    [t("restarts"), app.restarts > 0 && String(app.restarts)],
    [t("permissions"), permissions.map((one) => (one in en ? t(one as keyof typeof en) : one)).join(", ") || false],
  ];
  return (
    <article class="card" aria-labelledby={`card-app-${uid}`}>
      <h3 id={`card-app-${uid}`}>
        {title} <small>{version}</small>
      </h3>
      {description && <p>{description}</p>}
      <div role="status">
        <Condition app={app} />
        {(fault || out) && <p class={fault || app.state === "failed" ? "problem" : "text"}>{fault ?? out}</p>}
        <ProblemBox text={problem === out ? undefined : problem} />
      </div>
      {may(state.role, "control") && (isRunning || (app.launchable && !fault)) && (
        <Button kind={isRunning ? "plain" : "main"} disabled={busy} onPress={() => void order(isRunning ? "stop" : "start")}>
          {t(isRunning ? "stop" : "start", { title })}
        </Button>
      )}
      <dl>
        {figures.map(([name, value]) => value && (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {lines.length > 0 && <LogView label={t("log", { title })} empty="" lines={lines} />}
    </article>
  );
}

/** Do `work` again and again while somebody looks and the node answers; returns what ends it. */
function every(pauseMs: number, session: Session, work: () => Promise<unknown>): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let ended = false;
  const wait = () => {
    timer = setTimeout(async () => {
      const { link } = session.store.value;
      if (!document.hidden && (link === "live" || link === "polling")) await work().catch(() => {});
      if (!ended) wait();
    }, pauseMs);
  };
  wait();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** The policy of the page forbids style elements, not sheets that its script makes. */
function adopt(text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}
