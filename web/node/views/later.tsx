import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Session, State } from "../session";
import { t } from "../texts";

declare const lent: Record<string, FunctionComponent<Props>>; // see ../lent.ts

interface Props {
  session: Session;
  state: State;
}

/** A part of the page that the node sends when there is something for it to show. */
export function Later({ name, ...props }: Props & { name: string }) {
  const [View, setView] = useState<FunctionComponent<Props>>();
  useEffect(() => {
    const script = document.createElement("script");
    script.type = "module"; // the browser runs one of an address once, however often it is wanted
    script.src = `/${name}.js`;
    script.onload = () => setView(() => lent[name]);
    script.onerror = () => props.session.tell(t("error.unreachable"));
    document.head.append(script);
  }, []);
  return View ? <View {...props} /> : null;
}
