import { LogView } from "@umbel/components";
import type { State } from "../session";
import { t } from "../texts";

export function Log({ state }: { state: State }) {
  return (
    <section aria-labelledby="log">
      <h2 id="log">{t("log")}</h2>
      <LogView label={t("log")} empty={t("log.empty")} lines={state.log} />
    </section>
  );
}
