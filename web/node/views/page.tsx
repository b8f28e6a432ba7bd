import { LoginForm, useStore } from "@umbel/components";
import { useEffect, useState } from "preact/hooks";
import { may } from "../model";
import type { Session } from "../session";
import { t } from "../texts";
import { Console } from "./console";
import { Controls } from "./controls";
import { Footer } from "./footer";
import { Header } from "./header";
import { Later } from "./later";
import { Log } from "./log";
import { Notice } from "./notice";
import { SettingsView } from "./settings";
import { Tasks } from "./tasks";

export function Page({ session }: { session: Session }) {
  const state = useStore(session.store);
  const place = usePlace();
  const { phase, name, role } = state;
  useEffect(() => {
    if (name) document.title = name;
  }, [name]);
  return (
    <>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <Header session={session} state={state} place={place} />
      <Notice session={session} state={state} />
      <main id="main" tabIndex={-1}>
        {phase === "starting" && <p class="wait">{t("starting")}</p>}
        {phase === "login" && (
          <LoginForm
            title={t("login.title", { name })}
            user={name}
            texts={{ password: t("login.password"), enter: t("login.enter"), hint: t("login.hint") }}
            problem={state.loginProblem}
            onLogin={(password) => session.login(password)}
          />
        )}
        {phase === "ready" && place === "settings" && may(role, "admin") && (
          <SettingsView session={session} state={state} />
        )}
        {phase === "ready" && !(place === "settings" && may(role, "admin")) && (
          <div class="desk">
            <div>
              {state.apps[0] && <Later name="apps" session={session} state={state} />}
              <Controls session={session} state={state} />
            </div>
            <aside>
              <Console session={session} state={state} />
              <Log state={state} />
              <Tasks session={session} state={state} />
            </aside>
          </div>
        )}
      </main>
      <Footer session={session} state={state} />
    </>
  );
}

function usePlace(): string {
  const read = () => location.hash.slice(1);
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const listen = () => {
      if (read() !== "main") setPlace(read());
    };
    addEventListener("hashchange", listen);
    return () => removeEventListener("hashchange", listen);
  }, []);
  return place;
}
