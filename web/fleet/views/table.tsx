import { bytes, type Condition, span, StatusDot } from "@umbel/components";
import { type Column, memory, type NodeCondition, type NodeView, type Order } from "../model";
import { t } from "../texts";

interface Props {
  nodes: NodeView[];
  order: Order;
  selected: ReadonlySet<string>;
  onOrder: (order: Order) => void;
  onSelect: (selected: ReadonlySet<string>) => void;
}

const COLUMNS: Column[] = ["name", "address", "version", "memory", "load", "uptime"];
const CONDITIONS: Record<NodeCondition, Condition> = {
  up: "good",
  locked: "fair",
  refused: "fair",
  unknown: "idle",
  offline: "bad",
};

export function Table({ nodes, order, selected, onOrder, onSelect }: Props) {
  const isAll = nodes.length > 0 && nodes.every(({ name }) => selected.has(name));
  const select = (names: string[], wanted: boolean) => {
    const after = new Set(selected);
    for (const name of names) wanted ? after.add(name) : after.delete(name);
    onSelect(after);
  };
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">
            <input
              type="checkbox"
              class="check"
              aria-label={t("select.all")}
              checked={isAll}
              onChange={() => select(nodes.map(({ name }) => name), !isAll)}
            />
          </th>
          {COLUMNS.map((column) => (
            <th key={column} scope="col" class={column} aria-sort={sorting(order, column)}>
              <button
                type="button"
                onClick={() => onOrder({ column, down: order.column === column && !order.down })}
              >
                {t(`column.${column}`)}
                <i aria-hidden="true">{order.column === column ? (order.down ? "↓" : "↑") : ""}</i>
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {nodes.map((node) => (
          <Row
            key={node.name}
            node={node}
            isSelected={selected.has(node.name)}
            onSelect={(wanted) => select([node.name], wanted)}
          />
        ))}
      </tbody>
    </table>
  );
}

function sorting({ column, down }: Order, own: Column): "ascending" | "descending" | "none" {
  return column !== own ? "none" : down ? "descending" : "ascending";
}

interface RowProps {
  node: NodeView;
  isSelected: boolean;
  onSelect: (wanted: boolean) => void;
}

function Row({ node, isSelected, onSelect }: RowProps) {
  const { name, condition, reason } = node;
  const percent = memory(node);
  return (
    <tr class={condition}>
      <td>
        <input
          type="checkbox"
          class="check"
          aria-label={t("select", { name })}
          checked={isSelected}
          onChange={(event) => onSelect(event.currentTarget.checked)}
        />
      </td>
      <th scope="row" class="name">
        {node.url ? (
          <a href={node.url} target="_blank" rel="noopener" aria-label={t("page", { name })}>
            {name}
          </a>
        ) : (
          name
        )}
        <span title={reason ?? undefined}>
          <StatusDot condition={CONDITIONS[condition]} label={t(`state.${condition}`)} />
          {node.is_open && <small>{t("open")}</small>}
        </span>
      </th>
      <td class="address" data-label={t("column.address")}>
        {node.address}
      </td>
      <td class="version" data-label={t("column.version")}>
        {node.version ?? "–"}
      </td>
      <td class="memory" data-label={t("column.memory")}>
        {percent === undefined ? (
          "–"
        ) : (
          <>
            <span>
              {bytes(node.memory_used ?? 0)} <small>{percent} %</small>
            </span>
            <progress max={100} value={percent} aria-label={t("memory.used", { percent })} />
          </>
        )}
      </td>
      <td class="load" data-label={t("column.load")}>
        {node.load === null ? "–" : `${node.load} %`}
      </td>
      <td class="uptime" data-label={t("column.uptime")}>
        {node.uptime === null ? "–" : span(node.uptime * 1000)}
      </td>
    </tr>
  );
}
