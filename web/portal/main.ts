// The setup portal: pick a network, type its password, see whether it works.
import "./style.css";
import { page, reason, texts } from "./texts";

interface State {
  name: string;
  login: boolean;
  networks: [ssid: string, dbm: number, locked: boolean][];
  result: { ssid: string; state: string; address?: string } | null;
}

const PAUSE = 1500; // ms between two looks at a try
const PATIENCE = 60; // looks; a phone may leave the network meanwhile and come back

const at = <T extends HTMLElement = HTMLInputElement>(id: string) => document.getElementById(id) as T;
const form = at("form");
const list = at("list");
const other = at("other");
const locked = at("locked");
const status = at("status");
const ssid = at("ssid");
const password = at("password");
const name = at("name");
const login = at("login");
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function ask(path: string, wanted?: object): Promise<State> {
  const answer = await fetch(`/setup/${path}`, wanted && {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wanted),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(reason(told.code) ?? told.detail);
  return told;
}

function say(text: string, kind = ""): void {
  status.className = kind;
  status.textContent = text;
}

function chosen(): HTMLInputElement | null {
  return list.querySelector("input:checked");
}

/** Show the fields that the chosen network needs. */
function fit(): void {
  const choice = chosen();
  other.hidden = !!choice?.value;
  ssid.required = !other.hidden;
  locked.hidden = at("shown").hidden = choice?.dataset.open === "1";
  password.required = !!choice?.value && !locked.hidden;
}

function row(value: string, label: string, dbm?: number, isOpen?: boolean): HTMLElement {
  const line = document.createElement("label");
  const box = document.createElement("input");
  Object.assign(box, { type: "radio", name: "network", value });
  if (isOpen) box.dataset.open = "1";
  const text = document.createElement("span");
  text.textContent = label;
  line.append(box, text);
  if (dbm !== undefined) {
    const bars = document.createElement("i");
    bars.className = `s${dbm > -60 ? 3 : dbm > -75 ? 2 : 1}`;
    bars.title = `${dbm} dBm${isOpen ? `, ${texts.open}` : ""}`;
    line.append(isOpen ? texts.open : "", bars);
  }
  return line;
}

function draw({ name: node, login: owned, networks }: State): void {
  at("node").textContent = document.title = node;
  name.placeholder = node;
  at("owner").hidden = !owned;
  login.required = owned;
  const before = chosen()?.value;
  list.replaceChildren(...networks.map(([value, dbm, isLocked]) => row(value, value, dbm, !isLocked)), row("", texts.another));
  const boxes = [...list.querySelectorAll("input")];
  const box = boxes.find(({ value }) => value === before) ?? boxes[0];
  if (box) box.checked = true;
  fit();
}

async function look(): Promise<void> {
  list.ariaBusy = "true";
  try {
    draw(await ask("scan"));
  } catch {
    say(texts.gone, "bad");
  }
  list.ariaBusy = null;
}

/** Wait for the end of a try. */
async function outcome(): Promise<void> {
  for (let left = PATIENCE; left; left--) {
    await sleep(PAUSE);
    const { result } = await ask("state").catch(() => ({ result: null }));
    if (!result || result.state === "trying") continue;
    if (result.state !== "joined") return say(`${result.ssid}: ${reason(result.state) ?? result.state}`, "bad");
    form.hidden = at("intro").hidden = true;
    say(`${texts.joined} ${result.ssid}. ${texts.address} `, "good");
    const link = document.createElement("a");
    link.href = `http://${result.address}${location.port && `:${location.port}`}/`;
    link.textContent = result.address ?? "";
    return status.append(link);
  }
  say(texts.gone, "bad");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const network = chosen()?.value || ssid.value;
  const go = at<HTMLButtonElement>("go");
  go.disabled = true;
  say(`${network} …`, "busy");
  try {
    await ask("join", { ssid: network, password: locked.hidden ? "" : password.value, name: name.value, login: login.value });
    await outcome();
  } catch (error) {
    say((error as Error).message, "bad");
  }
  go.disabled = false;
});
list.addEventListener("change", fit);
at("again").addEventListener("click", look);
at("show").addEventListener("change", () => (password.type = at("show").checked ? "text" : "password"));

for (const [id, text] of Object.entries(page)) at(id).textContent = text;
fit();
look();
