// The page of the gateway: all nodes at a glance, commands for some of them.
import "@umbel/components/style.css";
import "./style.css";
import { render } from "preact";
import { Gateway } from "./gateway";
import { catalogue } from "./texts";
import { Page } from "./views/page";

const gateway = new Gateway(() => new EventSource("/api/events"));
document.documentElement.lang = catalogue.language;
render(<Page gateway={gateway} />, document.getElementById("page") as HTMLElement);
void gateway.begin();
