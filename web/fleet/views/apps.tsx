import { Button, type Condition, ProblemBox, sentence, StatusDot } from "@umbel/components";
import { useEffect, useState } from "preact/hooks";
import { type Gateway, troubleOf } from "../gateway";
import type { App } from "../model";
import { catalogue, t } from "../texts";

const REFRESH_MS = 10000;
const CONDITIONS: Record<string, Condition> = { running: "good", failed: "bad" };

/** The apps of one node, to start and to stop; nothing where it has none. */
export function Apps({ gateway, node }: { gateway: Gateway; node: string }) {
  const [apps, setApps] = useState<App[]>([]);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const look = async () => setApps(await gateway.apps(node));
  useEffect(() => {
    void look();
    const timer = setInterval(() => document.hidden || void look(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  const order = async (line: string) => {
    setBusy(true);
    try {
      const outcome = (await gateway.run(line, [node]))[node];
      setProblem(outcome && troubleOf(node, outcome));
    } catch (error) {
      setProblem(sentence(error, catalogue));
    }
    await look();
    setBusy(false);
  };
  if (!apps.length) return null;
  return (
    <section class="apps" aria-labelledby="apps">
      <h2 id="apps">{t("apps", { name: node })}</h2>
      <ul>
        {apps.map(({ uid, version, title, state, launchable, icon, out, fault }) => (
          <li key={uid}>
            {icon ? <img src={`${icon}?v=${version}`} alt="" width={32} height={32} /> : <i />}
            <b>
              {title} <small>{version}</small>
            </b>
            <StatusDot condition={fault ? "bad" : (CONDITIONS[state] ?? "idle")} label={word(state)} />
            {launchable && (
              <Button
                label={t(state === "running" ? "app.stop" : "app.start", { title })}
                disabled={busy}
                onPress={() => void order(`app ${state === "running" ? "stop" : "start"} "${uid}"`)}
              >
                {t(state === "running" ? "stop" : "start")}
              </Button>
            )}
            {(fault || (state === "failed" && out)) && <p class="problem">{fault ?? out}</p>}
          </li>
        ))}
      </ul>
      <ProblemBox text={problem} />
    </section>
  );
}

function word(state: string): string {
  const key = `app.${state}`;
  return catalogue.has(key) ? t(key) : state;
}
