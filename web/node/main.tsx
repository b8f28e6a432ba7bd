// The page that a node serves itself.
import "@umbel/components/style.css";
import "./style.css";
import "./lent";
import { render } from "preact";
import { Api } from "./api";
import { Session } from "./session";
import { catalogue } from "./texts";
import { Page } from "./views/page";

const session = new Session(new Api(), () => new EventSource("/api/v1/events"));
document.documentElement.lang = catalogue.language;
document.addEventListener("visibilitychange", () => document.hidden || void session.poll());
render(<Page session={session} />, document.getElementById("page") as HTMLElement);
void session.begin();
