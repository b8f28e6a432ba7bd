import type { Session, State } from "../session";
import { catalogue, t } from "../texts";

export function Footer({ session, state }: { session: Session; state: State }) {
  return (
    <footer>
      <span>{state.about?.id}</span>
      <label>
        {t("language")}{" "}
        <select value={state.language} onChange={(event) => session.choose(event.currentTarget.value)}>
          {catalogue.languages.map((language) => (
            <option key={language} value={language} lang={language}>
              {language === "de" ? "Deutsch" : "English"}
            </option>
          ))}
        </select>
      </label>
    </footer>
  );
}
