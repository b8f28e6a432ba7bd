import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Session, State } from "../session";
import { t } from "../texts";

interface Props {
  session: Session;
  state: State;
}

/** A part of the page that the node sends when there is something for it to show. */
export function Later({ name, ...props }: Props & { name: string }) {
  const [View, setView] = useState<FunctionComponent<Props>>();
  useEffect(() => {
    import(/* @vite-ignore */ `/${name}.js`).then(
      (part: { default: FunctionComponent<Props> }) => setView(() => part.default),
      () => props.session.tell(t("error.unreachable")),
    );
  }, []);
  return View ? <View {...props} /> : null;
}
