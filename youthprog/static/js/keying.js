// The paper sheet, keyed in without looking up: a letter marks and goes on, arrows and Enter walk the rows.
// Without this file the page is a plain form.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const fill = (text, n) => text.replace("{n}", n);

function keyed(sheet) {
  const letters = JSON.parse(sheet.dataset.letters);
  const written = JSON.parse(sheet.dataset.written);
  const form = sheet.closest("form");
  const save = form.querySelector(".savebar button");
  const rest = form.querySelector("[data-everyone-else]");
  const line = form.querySelector("[data-roll-counts]");
  const rows = all("tbody tr", sheet).map((row) => all("input:not([type=hidden])", row));
  const marks = all('input[name^="mark-"]', sheet);
  const isMark = (input) => input.name.startsWith("mark-");
  const blocked = (input) => Boolean(input.closest("tr").querySelector(".badge.missing"));

  function count() {
    const tally = { present: 0, late: 0, absent: 0, excused: 0, none: 0 };
    for (const input of marks) tally[letters[input.value.trim().toLowerCase()] ?? "none"] += 1;
    line.textContent = Object.entries(tally).filter(([, n]) => n).map(([state, n]) => fill(line.dataset[state], n)).join(" · ");
    if (rest) rest.disabled = !marks.some((input) => !input.value && !blocked(input));
  }

  function go(input) {
    input.focus();
    input.select?.();
  }

  /** The same field so many rows on; after the last row the button. */
  function walk(input, steps) {
    const at = rows.findIndex((row) => row.includes(input));
    const place = rows[at].indexOf(input);
    const next = rows[at + steps];
    if (next) go(next[Math.min(place, next.length - 1)]);
    else if (steps > 0) save.focus();
  }

  /** After a mark: the next row that has a mark, or the button. The added lines are reached by arrow and Tab. */
  function on(input) {
    const next = marks[marks.indexOf(input) + 1];
    if (next) go(next);
    else save.focus();
  }

  function aside(input, step) {
    const row = rows.find((each) => each.includes(input));
    const next = row[row.indexOf(input) + step];
    if (next) go(next);
    return Boolean(next);
  }

  sheet.addEventListener("keydown", (event) => {
    const input = event.target.closest("input");
    if (!input || event.ctrlKey || event.metaKey || event.altKey) return;
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    let done = true;
    if (event.key === "Enter" && isMark(input)) on(input);
    else if (event.key === "Enter" || event.key === "ArrowDown") walk(input, 1);
    else if (event.key === "ArrowUp") walk(input, -1);
    else if (event.key === "ArrowRight" && (whole || input.selectionStart === input.value.length)) done = aside(input, 1);
    else if (event.key === "ArrowLeft" && (whole || input.selectionEnd === 0)) done = aside(input, -1);
    else if (isMark(input) && letters[event.key.toLowerCase()]) {
      input.value = written[letters[event.key.toLowerCase()]];
      input.removeAttribute("aria-invalid");
      on(input);
    } else done = false;
    if (done) event.preventDefault();
    count();
  });
  sheet.addEventListener("input", (event) => {
    const state = isMark(event.target) && letters[event.target.value.trim().toLowerCase()];
    if (state) {  // a phone's keyboard tells no key
      event.target.value = written[state];
      on(event.target);
    }
    count();
  });
  sheet.addEventListener("focusin", (event) => event.target.select?.());
  rest?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const input of marks) if (!input.value && !blocked(input)) input.value = written.present;
    count();
    save.focus();
  });
  count();
  if (marks.length && !document.querySelector("[data-focus-first]")) go(marks.find((input) => !input.value && !blocked(input)) ?? marks[0]);
}

for (const sheet of all("[data-keyed]")) keyed(sheet);
