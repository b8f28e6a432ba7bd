// What the page lends to those parts of it that are loaded later; see tools/part.ts.
import { Button, bytes, Catalogue, LogView, ProblemBox, sentence, shown, Slider, span, StatusDot, TextBox, Toggle } from "@umbel/components";
import { Fragment as group, h as make } from "preact"; // the build adds an import of their own names
import { useEffect, useState } from "preact/hooks";
import { catalogue } from "./texts";
import { More } from "./views/controls";

Object.assign(globalThis, {
  lent: { Button, bytes, Catalogue, catalogue, Fragment: group, h: make, LogView, More, ProblemBox, sentence, shown, Slider, span, StatusDot, TextBox, Toggle, useEffect, useState },
});
