import { type Bloom, clusters, type Condition, LanguageBox, LoginForm, StatusDot, Umbel, useStore } from "@umbel/components";
import { useEffect, useState } from "preact/hooks";
import type { Gateway, State } from "../gateway";
import { listed, type NodeView, type Order } from "../model";
import { catalogue, t } from "../texts";
import { Apps } from "./apps";
import { Commands } from "./commands";
import { Empty } from "./empty";
import { Table } from "./table";

const LINKS: Record<State["link"], Condition> = { live: "good", connecting: "idle", lost: "bad" };

export function Page({ gateway }: { gateway: Gateway }) {
  const state = useStore(gateway.store);
  const [filter, setFilter] = useFilter();
  const [order, setOrder] = useState<Order>({ column: "name", down: false });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const all = Object.values(state.nodes);
  const shown = listed(state.nodes, filter, order);
  const meant = shown.filter(({ name }) => selected.has(name));
  const one = meant.length === 1 ? meant[0] : undefined;
  return (
    <>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <Header state={state} />
      <main id="main" tabIndex={-1}>
        {state.phase === "starting" && <p class="wait">{t(state.link === "lost" ? "lost" : "starting")}</p>}
        {state.phase === "login" && (
          <LoginForm
            title={t("login.title")}
            user="gateway"
            texts={{ password: t("login.token"), enter: t("login.enter"), hint: t("login.hint") }}
            problem={state.problem}
            onLogin={(token) => gateway.login(token)}
          />
        )}
        {state.phase === "ready" && state.known && all.length === 0 && <Empty />}
        {state.phase === "ready" && all.length > 0 && (
          <div class="desk">
            <section aria-labelledby="nodes">
              <div class="bar">
                <h2 id="nodes">{t("nodes")}</h2>
                <input
                  type="search"
                  aria-label={t("filter")}
                  placeholder={t("filter.hint")}
                  value={filter}
                  onInput={(event) => setFilter(event.currentTarget.value)}
                />
              </div>
              <Table
                nodes={shown}
                order={order}
                selected={selected}
                onOrder={setOrder}
                onSelect={setSelected}
              />
              {shown.length === 0 && <p class="hint">{t("filter.none", { filter })}</p>}
            </section>
            <div>
              {one?.condition === "up" && <Apps key={one.name} gateway={gateway} node={one.name} />}
              <Commands gateway={gateway} nodes={meant.length ? meant : shown} isSelection={meant.length > 0} />
            </div>
          </div>
        )}
      </main>
      <footer>
        <LanguageBox
          label={t("language")}
          languages={catalogue.languages}
          language={state.language}
          onChoose={(language) => gateway.choose(language)}
        />
      </footer>
    </>
  );
}

/** The fleet as a flower: each node a floret, open while it answers. */
function Header({ state }: { state: State }) {
  const nodes = Object.values(state.nodes);
  const up = nodes.filter((node) => node.condition === "up").length;
  const blooms = nodes.length ? nodes.map(bloom) : Array<Bloom>(9).fill("bud");
  return (
    <header>
      <Umbel blooms={blooms} size={150} clusters={clusters} />
      <div>
        <h1>Umbel</h1>
        <p role="status">
          {state.phase !== "login" && <StatusDot condition={LINKS[state.link]} label={t(`link.${state.link}`)} />}
          {nodes.length > 0 && <span>{t("count", { up, all: nodes.length })}</span>}
        </p>
      </div>
    </header>
  );
}

function bloom({ condition }: NodeView): Bloom {
  return condition === "up" ? "open" : condition === "offline" ? "lost" : "bud";
}

/** The filter lives in the address, so that a link or a reload keeps it. */
function useFilter(): [string, (filter: string) => void] {
  const read = () => new URLSearchParams(location.search).get("q") ?? "";
  const [filter, setFilter] = useState(read);
  useEffect(() => {
    const listen = () => setFilter(read());
    addEventListener("popstate", listen);
    return () => removeEventListener("popstate", listen);
  }, []);
  return [
    filter,
    (wanted) => {
      setFilter(wanted);
      history.replaceState(null, "", wanted ? `?q=${encodeURIComponent(wanted)}` : location.pathname);
    },
  ];
}
