import { type Bloom, Button, bytes, type Condition, Graph, span, StatusDot, Umbel } from "@umbel/components";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Link } from "../live";
import { may } from "../model";
import type { Session, State } from "../session";
import { catalogue, t } from "../texts";

interface Props {
  session: Session;
  state: State;
  place: string;
}

const CONDITIONS: Record<Link, Condition> = { live: "good", polling: "fair", connecting: "idle", lost: "bad" };

/** Who the node is and how it feels. Each module is a floret of the flower, open when it is loaded. */
export function Header({ session, state, place }: Props) {
  const { name, phase, link, auth, role, modules } = state;
  const blooms = (modules ?? Array<undefined>(7).fill(undefined)).map(
    (module): Bloom => (link === "lost" ? "lost" : module?.loaded ? "open" : "bud"),
  );
  return (
    <header>
      <div class="title">
        <Umbel blooms={blooms} size={76} />
        <div>
          <h1>{name || "Tepal"}</h1>
          <p>
            {phase === "ready" && (
              <span role="status">
                <StatusDot condition={CONDITIONS[link]} label={t(`link.${link}`)} />
              </span>
            )}
            {state.about && <span>Tepal {state.about.version}</span>}
          </p>
        </div>
        {phase === "ready" && (
          <nav aria-label={t("nav")}>
            <a href="#" aria-current={place === "settings" ? undefined : "page"}>
              {t("nav.controls")}
            </a>
            {may(role, "admin") && (
              <a href="#settings" aria-current={place === "settings" ? "page" : undefined}>
                {t("nav.settings")}
              </a>
            )}
            {auth && (
              <Button kind="quiet" onPress={() => void session.logout()}>
                {t("logout")}
              </Button>
            )}
          </nav>
        )}
      </div>
      {phase === "ready" && <Vitals state={state} />}
      {phase === "ready" && state.about && !auth && <p class="warning">{t("open")}</p>}
      {state.about?.faults.map((fault) => (
        <p class="warning" key={fault}>
          {t("fault", { fault })}
        </p>
      ))}
    </header>
  );
}

function Vitals({ state: { about, bornAt, loads } }: { state: State }) {
  const now = useClock();
  const total = about ? about.heap.used + about.heap.free : 1;
  const percent = about ? Math.round((about.heap.used * 100) / total) : 0;
  return (
    <dl class="vitals">
      <Vital name={t("vital.uptime")}>
        <b>{bornAt ? span(now - bornAt) : "–"}</b>
        <small>{about && known("reset", about.reset_cause)}</small>
      </Vital>
      <Vital name={t("vital.memory")}>
        <b>{about ? t("vital.free", { size: bytes(about.heap.free) }) : "–"}</b>
        <progress max={100} value={percent} aria-label={t("vital.used", { percent })} />
      </Vital>
      <Vital name={t("vital.load")}>
        <b>{about ? `${about.load} %` : "–"}</b>
        <Graph label={t("vital.load.graph")} values={loads} from={0} top={25} />
      </Vital>
      <Vital name={t("vital.network")}>
        <b>{about?.address ?? "–"}</b>
        <small>{about && known("net", about.network)}</small>
      </Vital>
      <Vital name={t("vital.board")}>
        <b>{about?.board ?? "–"}</b>
        <small>{about?.runtime}</small>
      </Vital>
    </dl>
  );
}

function Vital({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A word of the node's in the reader's language, if we know it. */
function known(kind: string, word: string): string {
  const key = `${kind}.${word}`;
  return catalogue.has(key) ? t(key) : word;
}

function useClock(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
