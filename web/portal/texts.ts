// What the page says, in the language of the visitor: English is in the page itself, or the node's.
const english = {
  another: "Another network",
  open: "open",
  joined: "Connected with",
  address: "From there the node is found at",
  gone: "The node does not answer. Is this phone still on its network?",
  wait: "One moment, then try again.",
  wrong_password: "Wrong admin password.",
  login_required: "The admin password is needed.",
  "not saved": "connected, but not saved: is the flash full?",
};

const german: typeof english = {
  another: "Anderes Netz",
  open: "offen",
  joined: "Verbunden mit",
  address: "Dort ist der Knoten zu finden unter",
  gone: "Der Knoten antwortet nicht. Ist dieses Telefon noch in seinem Netz?",
  wait: "Einen Moment, dann noch einmal.",
  wrong_password: "Falsches Admin-Passwort.",
  login_required: "Das Admin-Passwort fehlt.",
  "not saved": "verbunden, aber nicht gespeichert: Ist der Speicher voll?",
};

const germanReasons = {
  "wrong password": "falsches Passwort",
  "not found": "nicht in Reichweite",
  "other security": "verlangt andere Sicherheit",
  "gives no address": "gibt keine Adresse",
  "gives no answer": "antwortet nicht",
  "refuses the node": "lehnt den Knoten ab",
};

const germanPage = {
  intro: "Welchem WLAN soll dieser Knoten beitreten?",
  choose: "Netze in Reichweite",
  again: "Noch einmal suchen",
  named: "Name des Netzes",
  secret: "WLAN-Passwort",
  reveal: "Passwort zeigen",
  called: "Name des Knotens",
  admin: "Admin-Passwort des Knotens",
  go: "Verbinden",
};

const isGerman = navigator.language.startsWith("de");
if (isGerman) document.documentElement.lang = "de";

export const texts = isGerman ? german : english;

/** What replaces the English of the page, by the id of the element. */
export const page: Record<string, string> = isGerman ? germanPage : {};

const reasons: Record<string, string> = { ...texts, ...(isGerman && germanReasons) };

/** A sentence for a code or a state of the node; nothing where the node's own words will do. */
export const reason = (code: string): string | undefined => reasons[code];
