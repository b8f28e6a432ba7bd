import { t } from "../texts";

const WAYS = [
  ["umbel sim --nodes 3", "empty.sim"],
  ["umbel search", "empty.search"],
  ["umbel gateway --node attic=192.168.1.20", "empty.node"],
] as const;

/** What to do when there is nothing to see. */
export function Empty() {
  return (
    <section class="empty" aria-labelledby="empty">
      <h2 id="empty">{t("empty.title")}</h2>
      <p>{t("empty.text")}</p>
      <dl>
        {WAYS.map(([command, meaning]) => (
          <div key={command}>
            <dt>
              <code>{command}</code>
            </dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
