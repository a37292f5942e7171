// Count what the first choice in each question asks to read again. Wrong answers link to a chapter, right ones do not.
const first = new Map(); // question -> the link of the answer that was opened first, or null

for (const question of document.querySelectorAll(".question"))
  for (const answer of question.querySelectorAll("details"))
    answer.addEventListener("toggle", () => {
      if (!answer.open || first.has(question)) return;
      first.set(question, answer.querySelector("a[href]"));
      diagnose();
    });

function diagnose() {
  const wrong = [...first.values()].filter((link) => link);
  const places = Map.groupBy(wrong, (link) => link.getAttribute("href"));
  const total = document.createElement("p");
  total.textContent = `${first.size - wrong.length} of ${first.size} right at first.`;
  const list = document.createElement("ol");
  for (const links of [...places.values()].sort((a, b) => b.length - a.length)) {
    const item = list.appendChild(document.createElement("li"));
    item.append(links[0].cloneNode(true), `: ${links.length} of your first choices`);
  }
  document.getElementById("diagnosis").replaceChildren(total, list);
}
