// How the settings are shown: which belong together, which were changed.
import type { Settings } from "./model";

const GROUPS = {
  "group.node": ["devfid", "boothook", "boostmd", "ha", "dbg", "utc", "aioqueue", "hwuid", "version"],
  "group.network": ["staessid", "stapwd", "devip", "nwmd", "socport", "soctout", "espnow", "telegram"],
  "group.access": ["auth", "appwd", "ctlpwd", "viewpwd"],
  "group.web": ["webui", "webport", "webui_max_con", "guimeta"],
  "group.time": ["cron", "crontasks", "timirq", "timirqcbf", "timirqseq"],
  "group.pins": [...[1, 2, 3, 4].flatMap((number) => ["", "_trig", "_cbf"].map((end) => `irq${number}${end}`)),
    "cstmpmap", "irq_prell_ms"],
} as const;

type Group = keyof typeof GROUPS | "group.other";

/** The keys that the node has, in groups; those we do not know come last. */
export function grouped(settings: Settings): [group: Group, keys: string[]][] {
  const known = Object.entries(GROUPS) as [Group, readonly string[]][];
  const listed = new Set(known.flatMap(([, keys]) => keys));
  const others = Object.keys(settings).filter((key) => !listed.has(key));
  return [...known, ["group.other", others] as [Group, string[]]]
    .map(([group, keys]): [Group, string[]] => [group, keys.filter((key) => key in settings)])
    .filter(([, keys]) => keys.length > 0);
}

/** The keys whose edit differs from what the node has; of a secret nobody knows, so any edit does. */
export function changes(settings: Settings, edits: Record<string, unknown>): string[] {
  return Object.keys(edits).filter((key) => {
    const setting = settings[key];
    if (!setting || setting.secret) return edits[key] !== "";
    return String(edits[key]) !== String(setting.value);
  });
}
