import type { AcceptedPlugin, AtRule, Root, Rule } from "postcss";

/** The class below which all of it applies. */
const ROOT = ".runtrail";

/** What stands for the whole page in the application. */
const PAGE = /^(?::root|html|body|#app)$/;

const WIDTH = /^\(max-width: (\d+px)\)$/;

/**
 * Makes the styles of the application those of a part of somebody else's page: every rule applies below one
 * class alone, names of animations are prefixed, and what asked for the width of the window asks for that of the
 * component.
 */
export const scopedCss: AcceptedPlugin = {
  postcssPlugin: "scoped-css",
  Once: (root: Root) => {
    root.walkAtRules("keyframes", (rule) => {
      rule.params = prefixed(rule.params);
    });
    root.walkDecls(/^animation(?:-name)?$/, (declaration) => {
      declaration.value = prefixed(declaration.value);
    });
    root.walkAtRules("media", (rule) => {
      if (!WIDTH.test(rule.params)) return;
      rule.name = "container";
      rule.params = `runtrail ${rule.params}`;
    });
    root.walkRules((rule) => {
      if (isKeyframe(rule)) return;
      rule.selectors = rule.selectors.map(scoped);
    });
  },
};

function scoped(selector: string): string {
  // Its own styles name the class.
  if (selector.includes(ROOT)) return selector;
  return PAGE.test(selector) ? ROOT : `${ROOT} ${selector}`;
}

function prefixed(animation: string): string {
  return /^(?:none\b|[\d.])/.test(animation) ? animation : `runtrail-${animation}`;
}

function isKeyframe({ parent }: Rule): boolean {
  return parent?.type === "atrule" && (parent as AtRule).name === "keyframes";
}
