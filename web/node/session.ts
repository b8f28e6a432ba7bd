// What the page does: one method for each thing a person can ask of the node.
import { Refused, sentence, Store, Unreachable } from "@umbel/components";
import type { Api } from "./api";
import { type Finding, type Link, Live, type Stream } from "./live";
import type { About, App, Devices, Instance, Module, Result, Role, Settings, States, Status, Task, Welcome } from "./model";
import { catalogue } from "./texts";

const LINES = 200; // of the log
const SAMPLES = 40; // of the load
const POLL_MS = 5000;
const SETTLE_MS = 2500; // from the answer to `reboot` to the first look whether it is back

export interface State {
  phase: "starting" | "login" | "ready";
  link: Link;
  name: string;
  auth: boolean;
  role: Role;
  about: About | undefined;
  bornAt: number; // milliseconds of our clock at which the node started
  loads: number[];
  modules: Module[] | undefined;
  states: Record<string, States>;
  devices: Instance[];
  faults: string[]; // of their configuration
  apps: App[];
  log: string[];
  tasks: Task[] | undefined;
  settings: Settings | undefined;
  notice: string | undefined;
  loginProblem: string | undefined;
  language: string;
}

const UNKNOWN = {
  about: undefined,
  loads: [],
  modules: undefined,
  states: {},
  devices: [],
  faults: [],
  apps: [],
  log: [],
  tasks: undefined,
  settings: undefined,
};

export class Session {
  readonly store: Store<State>;
  readonly #live: Live;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #born = Number.NaN; // as `bornAt`, of the run of the node that we know

  constructor(
    private readonly api: Api,
    open: () => Stream,
    private readonly now: () => number = Date.now,
  ) {
    this.store = new Store<State>({
      phase: "starting",
      link: "connecting",
      name: "",
      auth: false,
      role: "nobody",
      bornAt: 0,
      notice: undefined,
      loginProblem: undefined,
      language: catalogue.language,
      ...UNKNOWN,
    });
    this.#live = new Live({
      open,
      look: () => this.#look(),
      tell: (link) => this.store.set({ link }),
      hear: (topic, data) => this.#hear(topic, data),
    });
  }

  /** Find out who the node is and who we are to it, then show what it has. */
  async begin(): Promise<void> {
    if ((await this.#look()) === "gone") {
      this.store.set({ link: "lost" });
      setTimeout(() => void this.begin(), POLL_MS);
    } else if (this.store.value.phase === "ready") this.#enter();
  }

  async login(password: string): Promise<void> {
    try {
      const { role } = await this.api.now<{ role: Role }>("POST", "login", { password });
      this.store.set({ role, phase: "ready", loginProblem: undefined, notice: undefined });
      this.#enter();
    } catch (error) {
      this.store.set({ loginProblem: sentence(error, catalogue) });
    }
  }

  async logout(): Promise<void> {
    await this.#attempt(() => this.api.now("POST", "logout"));
    this.#closed();
  }

  /** Run a command line; what goes wrong is for the caller to show. */
  async run(line: string): Promise<Result> {
    const result = await this.#watched(this.api.now<Result>("POST", "commands", { cmd: line }));
    const [first, second] = line.split(/\s+/);
    if (first === "reboot") this.#expectRestart();
    else if (first === "task" || line.includes("&")) void this.loadTasks();
    else if (first === "modules" && second === "unload") await this.#loadModules();
    else if (first) await this.#learn(first);
    return result;
  }

  /** Run one command of a module with named values; its answer updates what we know of it. */
  async call(module: string, command: string, values: Record<string, unknown>): Promise<Result> {
    const path = `modules/${module}/${command}`;
    const result = await this.#watched(this.api.now<Result>("POST", path, values));
    const known = this.store.value.states[module];
    if (isStates(result.result) && known && Object.keys(result.result).every((key) => Object.hasOwn(known, key))) {
      this.#note(module, result.result);
    } else if (this.store.value.link !== "live") {
      await (this.#isDevice(module) ? this.#loadDevices() : this.#learn(module));
    }
    return result;
  }

  /** Ask for what a widget shows; waits until nobody wants anything else. */
  async measure(module: string, command: string): Promise<unknown> {
    // A POST, but nobody waits for it: not urgent.
    return (await this.#watched(this.api.idle<Result>("POST", `modules/${module}/${command}`, {}))).result;
  }

  async loadModule(name: string): Promise<void> {
    const module = await this.#attempt(() => this.api.now<Module>("GET", `modules/${name}`));
    if (!module) return;
    const modules = this.store.value.modules ?? [];
    this.store.set({ modules: modules.map((other) => (other.name === name ? module : other)) });
    if (module.loaded) await this.#learn(name);
  }

  async unload(name: string): Promise<void> {
    await this.#attempt(() => this.run(`modules unload ${name}`));
  }

  async loadTasks(): Promise<void> {
    const tasks = await this.#attempt(() => this.api.get<Task[]>("tasks"));
    if (tasks) this.store.set({ tasks });
  }

  async kill(tag: string): Promise<void> {
    await this.#attempt(() => this.api.now("DELETE", `tasks/${encodeURIComponent(tag)}`));
    await this.loadTasks();
  }

  async loadApps(): Promise<void> {
    const found = await this.#attempt(() => this.api.get<{ apps: App[] }>("apps"));
    if (found) this.store.set({ apps: found.apps });
  }

  async loadSettings(): Promise<void> {
    const settings = await this.#attempt(() => this.api.now<Settings>("GET", "config"));
    if (settings) this.store.set({ settings });
  }

  /** Save one setting; returns whether it takes a restart. */
  async save(key: string, value: unknown): Promise<boolean> {
    const answer = this.api.now<{ reboot: boolean }>("PUT", `config/${key}`, { value });
    const { reboot } = await this.#watched(answer);
    const settings = this.store.value.settings;
    const setting = settings?.[key];
    if (setting && !setting.secret) {
      this.store.set({ settings: { ...settings, [key]: { ...setting, value } } });
    }
    return reboot;
  }

  async reboot(): Promise<void> {
    await this.#attempt(() => this.run("reboot"));
  }

  choose(language: string): void {
    catalogue.choose(language);
    this.store.set({ language });
  }

  tell(notice: string | undefined): void {
    this.store.set({ notice });
  }

  /** Look after the figures that no event brings; does nothing while nobody looks. */
  async poll(): Promise<void> {
    clearTimeout(this.#timer);
    const started = this.now();
    if (!document.hidden && this.store.value.phase === "ready") {
      const { link } = this.store.value;
      if (link === "live" || link === "polling") {
        await this.#loadAbout();
        if (link === "polling") await this.#refresh();
      }
    }
    // A slow node is asked less often.
    const pause = Math.max(POLL_MS, (this.now() - started) * 4);
    clearTimeout(this.#timer); // another one may have begun meanwhile
    this.#timer = setTimeout(() => void this.poll(), pause);
  }

  #enter(): void {
    this.#live.start();
    void (async () => {
      await this.#loadAbout();
      await this.#loadModules();
      await this.#refresh();
      await this.loadTasks();
      void this.poll();
    })();
  }

  async #look(): Promise<Finding> {
    try {
      const { name, auth, role } = await this.api.get<Welcome>("login");
      if (role === "nobody") {
        this.store.set({ name, auth, role });
        this.#closed(this.store.value.phase === "ready" ? catalogue.t("login.again") : undefined);
        return "closed";
      }
      this.store.set({ name, auth, role, phase: "ready" });
      return "there";
    } catch {
      return "gone";
    }
  }

  #closed(notice?: string): void {
    this.#live.stop();
    clearTimeout(this.#timer);
    this.#born = Number.NaN;
    this.store.set({ ...UNKNOWN, role: "nobody", phase: "login", notice, loginProblem: undefined });
  }

  #hear(topic: string, data: unknown): void {
    if (topic === "node") this.#meet((data as { uptime_ms: number }).uptime_ms);
    else if (topic === "log") this.store.set({ log: [...this.store.value.log, String(data)].slice(-LINES) });
    else if (topic === "notify") this.tell(String(data));
    else if (topic === "lost") void this.#refresh();
    else if (topic === "state") {
      const { target, status } = data as { target: string; status: unknown };
      if (target === "devices") void this.#loadDevices();
      else if (target === "apps") void this.loadApps();
      else if (this.#isDevice(target)) this.#see(target, status as Status);
      else if (isStates(status)) this.#note(target, status);
      if (this.store.value.modules?.some(({ name, loaded }) => name === target && !loaded)) void this.#learn(target);
    }
  }

  /** Notice from its uptime when this is another run of the node: then all we know is old. */
  #meet(uptime: number): void {
    const born = this.now() - uptime;
    const isOther = Math.abs(born - this.#born) > 10000;
    const isNew = Number.isNaN(this.#born);
    this.store.set({ bornAt: born });
    this.#born = born;
    if (!isOther || isNew) return;
    this.store.set({ ...UNKNOWN, settings: this.store.value.settings, notice: undefined });
    this.#enter();
  }

  async #loadAbout(): Promise<void> {
    try {
      const about = await this.api.get<About>("node");
      const loads = [...this.store.value.loads, about.load].slice(-SAMPLES);
      this.store.set({ about, loads, name: about.name });
      this.#meet(about.uptime_ms);
    } catch (error) {
      this.#check(error);
    }
  }

  async #loadModules(): Promise<void> {
    const modules = await this.#attempt(() => this.api.get<Module[]>("modules"));
    if (!modules) return;
    this.store.set({ modules });
    for (const { name, loaded } of modules) if (loaded) await this.#learn(name);
  }

  async #refresh(): Promise<void> {
    await this.#loadDevices();
    await this.loadApps();
    await this.#loadLog();
  }

  async #loadDevices(): Promise<void> {
    const found = await this.#attempt(() => this.api.get<Devices>("devices"));
    if (!found) return;
    const { types, instances, faults } = found;
    const devices = instances.map((one) => ({
      ...one,
      kind: types.find(({ type, sensor }) => type === one.type && sensor === one.sensor),
    }));
    this.store.set({ devices: devices.sort((one, other) => one.id.localeCompare(other.id, "en", { numeric: true })), faults });
  }

  #isDevice(name: string): boolean {
    return this.store.value.devices.some(({ id }) => id === name);
  }

  #see(name: string, status: Status): void {
    this.store.set({ devices: this.store.value.devices.map((one) => (one.id === name ? { ...one, status } : one)) });
  }

  async #loadLog(): Promise<void> {
    const log = await this.#attempt(() => this.api.get<string[]>("log"));
    if (log) this.store.set({ log });
  }

  /** Ask for the state of a module, if it has one; a command to it may have loaded it. */
  async #learn(name: string): Promise<void> {
    const module = this.store.value.modules?.find((other) => other.name === name);
    if (module && !module.loaded) return this.loadModule(name);
    if (!module?.commands?.some((command) => command.name === "status")) return;
    try {
      const status = await this.measure(name, "status");
      if (isStates(status)) this.#note(name, status);
    } catch {
      // its controls show no state, and say so
    }
  }

  #note(module: string, status: States): void {
    this.store.set({ states: { ...this.store.value.states, [module]: status } });
  }

  #expectRestart(): void {
    this.tell(catalogue.t("restart.now"));
    setTimeout(() => this.#live.doubt(), SETTLE_MS);
  }

  /** What `work` gives; an error becomes a notice. */
  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#check(error);
      // Of the one the page says so anyway; the other is a part that this node was built without.
      const isSilence = error instanceof Unreachable || (error instanceof Refused && error.code === "not_included");
      if (this.store.value.phase === "ready" && !isSilence) this.tell(sentence(error, catalogue));
      return undefined;
    }
  }

  async #watched<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.#check(error);
      throw error;
    }
  }

  #check(error: unknown): void {
    if (error instanceof Unreachable) this.#live.doubt();
    if (error instanceof Refused && error.code === "login_required") this.#closed(catalogue.t("login.again"));
  }
}

function isStates(value: unknown): value is States {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
