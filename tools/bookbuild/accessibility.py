"""Ask axe-core what in an open page keeps readers out: contrast, names, roles.

Contrast takes axe most of its time: a page has a thousand coloured words, and some fifty looks. So a word
that looks like one that passed, passes, and every other one is measured.
"""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

#: A look is what decides a contrast: the text's style, its place in the pile of boxes there, their styles.
MEASURE_EACH_LOOK_ONCE = """() => {
  const TEXT = ["webkitTextFillColor", "webkitTextStroke", "textShadow", "fontSize", "fontWeight"];
  const BOXES = ["backgroundColor", "opacity", "mixBlendMode"];
  const style = (element, names) => {
    const computed = getComputedStyle(element);
    return names.map((name) => computed[name]).join();
  };
  const look = (element) => [
    style(element, TEXT),
    ...axe.commons.dom.getTextElementStack(element).map((line) =>
      [line.indexOf(element), ...line.map((each) => style(each, BOXES))].join(";")),
  ].join("|");
  const passed = new Set(), check = axe._audit.checks["color-contrast"], measure = check.evaluate;
  check.evaluate = function (element, ...others) {
    const seen = look(element), result = passed.has(seen) || measure.call(this, element, ...others);
    if (result === true) passed.add(seen);
    return result;
  };
}"""
RUN = "options => axe.run(options).then((report) => report.violations)"
AXE = {"resultTypes": ["violations"], "preload": False}  # a page from a file may not load its style sheets
#: Serious rules that theme and docutils break themselves: (rule, element).
TOLERATED = {
    ("color-contrast", ".search-button__default-text"),
    ("aria-required-children", ".citation-list"),
}


def violations(page: Page) -> list[str]:
    """Return the serious violations of accessibility rules on an open page, a line each element."""
    if page.evaluate("!window.axe"):
        page.evaluate(AXE_SCRIPT)
        page.evaluate(MEASURE_EACH_LOOK_ONCE)
    report = page.evaluate(RUN, AXE)
    serious = (violation for violation in report if violation["impact"] in ("serious", "critical"))
    return [
        f"{violation['id']} at {target}"
        for violation in serious
        for node in violation["nodes"]
        for target in node["target"]
        if (violation["id"], target) not in TOLERATED
    ]
