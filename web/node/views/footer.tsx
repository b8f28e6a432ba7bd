import { LanguageBox } from "@umbel/components";
import type { Session, State } from "../session";
import { catalogue, t } from "../texts";

export function Footer({ session, state }: { session: Session; state: State }) {
  return (
    <footer>
      <span>{state.about?.id}</span>
      <LanguageBox
        label={t("language")}
        languages={catalogue.languages}
        language={state.language}
        onChoose={(language) => session.choose(language)}
      />
    </footer>
  );
}
