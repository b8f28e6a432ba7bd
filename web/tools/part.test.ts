import { describe, expect, it } from "vitest";
import { borrowed, names } from "./part";

const LENT = ["h", "Button", "useState"];

describe("a part of a page", () => {
  it("borrows what it imports and leaves itself with the page", () => {
    const code = 'import{h as e}from"preact";import{Button as t,useState}from"@umbel/components";var n=1;export{n as default};';

    expect(borrowed(code, LENT, "apps")).toBe("const{h:e}=lent;const{Button:t,useState}=lent;var n=1;lent.apps=n;");
  });

  it("cannot borrow what the page does not lend", () => {
    expect(() => borrowed('import{Slider as e}from"@umbel/components";export{e as default};', LENT, "apps")).toThrow("Slider");
  });

  it("is one thing", () => {
    expect(() => borrowed("var n=1;export{n as other};", LENT, "apps")).toThrow("apps");
  });

  it("reads what the page lends", () => {
    expect(names("Object.assign(globalThis, {\n  lent: { Button, h: make, useState },\n});")).toEqual(["Button", "h", "useState"]);
  });
});
