// The texts of a part of the page, which it brings along.
import { Catalogue, type Texts, type Values } from "@umbel/components";
import { catalogue } from "./texts";

/** `t` for these texts, in the language of the page. */
export function texts<Key extends string>(all: Record<string, Texts<Key>>): (key: Key, values?: Values) => string {
  const own = new Catalogue(all);
  return (key, values) => {
    own.language = catalogue.language;
    return own.t(key, values);
  };
}
