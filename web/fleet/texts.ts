import { Catalogue } from "@umbel/components";
import sharedDe from "@umbel/components/texts/de.json";
import sharedEn from "@umbel/components/texts/en.json";
import de from "./texts/de.json";
import en from "./texts/en.json";

export const catalogue = new Catalogue<keyof typeof en | keyof typeof sharedEn>({
  en: { ...sharedEn, ...en },
  de: { ...sharedDe, ...de },
});

export const { t } = catalogue;
