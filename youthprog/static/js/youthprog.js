// Progressive enhancement only: every page works without this file.
// Markup asks for behavior by data attributes; texts come from the page, already translated.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const root = document.documentElement;
const fill = (text, n) => text.replace("{n}", n);

/** Keep a number input within its bounds when − or + is pressed. */
function stepper(box) {
  const input = box.querySelector("input");
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const step = Number(button.dataset.step);
    const size = Math.abs(step);
    const now = Number(input.value) || 0;
    const next = step > 0 ? Math.floor(now / size) * size + size : Math.ceil(now / size) * size - size;
    input.value = Math.min(Number(input.max), Math.max(Number(input.min), next));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/** Count the marks of a register and offer to mark the rest present in one deliberate tap. */
function register(list) {
  const scope = list.closest("form") || document;
  const line = scope.querySelector("[data-roll-counts]");
  const rest = scope.querySelector("[data-everyone-else]");
  const groups = all("[role=radiogroup]", list);
  const chosen = (group) => group.querySelector("input:checked");
  const said = (group) => chosen(group)?.value ?? group.dataset.said;  // left early, walked in: said elsewhere

  function count() {
    const tally = { present: 0, late: 0, absent: 0, excused: 0, left_early: 0, walk_in: 0, none: 0 };
    for (const group of groups) tally[said(group) ?? "none"] += 1;
    if (line) {
      const parts = Object.entries(tally).filter(([, n]) => n).map(([state, n]) => fill(line.dataset[state], n));
      if (line.dataset.blocked) parts.push(line.dataset.blocked);
      line.textContent = parts.join(" · ");
    }
    if (rest) rest.disabled = tally.none === 0;
  }
  list.addEventListener("change", count);
  rest?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const group of groups.filter((each) => !said(each) && !("disputed" in each.dataset))) {
      const here = group.querySelector('input[value="present"]');
      here.checked = true;
      here.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  count();
}

/** Tie the bulk bar to the checkboxes of the table after it. */
function bulk(bar) {
  const table = bar.parentElement.querySelector("table");
  if (!table) return;
  const everyone = table.querySelector("[data-pick-all]");
  const boxes = () => all("tbody .c-pick input", table);
  const words = bar.querySelector("p");

  function show() {
    const picked = boxes().filter((box) => box.checked).length;
    bar.hidden = picked === 0;
    words.textContent = picked === 1 ? bar.dataset.one : fill(bar.dataset.many, picked);
    if (!everyone) return;
    everyone.checked = picked > 0 && picked === boxes().length;
    everyone.indeterminate = picked > 0 && !everyone.checked;
  }
  function set(state) {
    for (const box of boxes()) box.checked = state;
    show();
  }
  everyone?.addEventListener("change", () => set(everyone.checked));
  bar.querySelector("[data-clear]")?.addEventListener("click", () => {
    set(false);
    (everyone ?? boxes()[0])?.focus();
  });
  table.addEventListener("change", show);
  show();
}

/** Show what belongs to an unticked box only while it is unticked. */
function reveals(box) {
  const more = document.getElementById(box.dataset.revealsWhenOff);
  const show = () => { more.hidden = box.checked; };
  box.addEventListener("change", show);
  show();
}

/** Say who came and how long while a session is logged, and until when the minutes reach. */
function session(line) {
  const form = line.closest("form");
  const note = form.querySelector("[data-stepper-note]");
  const clock = new Intl.DateTimeFormat(root.lang, { hour: "numeric", minute: "2-digit", hour12: true, timeZone: "UTC" });
  const time = (minutes) => clock.format(minutes * 60000).replace("AM", "am").replace("PM", "pm");

  function show() {
    const boxes = all('input[name="came"]', form);
    const away = boxes.filter((box) => !box.checked);
    const excused = away.filter((box) => form.elements[`why-${box.value}`].value === "excused").length;
    const minutes = Number(form.elements.minutes.value);
    const counts = { came: boxes.length - away.length, excused, absent: away.length - excused, minutes };
    line.textContent = Object.entries(counts).filter(([, n]) => n).map(([what, n]) => fill(line.dataset[what], n)).join(" · ");
    const [hour, minute] = form.elements.at.value.split(":").map(Number);
    const from = hour * 60 + minute;
    if (note) note.textContent = from >= 0 && minutes > 0 ? line.dataset.range.replace("{a}", time(from)).replace("{b}", time(from + minutes)) : "";
  }
  document.addEventListener("input", show);
  show();
}

/** Menus made of <details> close on Escape and on a click elsewhere. */
function closes(menu) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

/** A second press of a form's button must not send it twice. */
function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 3000);
  });
}

/** Signing out leaves nothing of a register on this phone. What waits there is sent first; if it cannot be, words say so. */
function signOut(form) {
  const warning = form.querySelector("dialog");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    localStorage.clear();  // the counter of a game (counter.js) keeps its numbers there
    const outbox = await import(form.dataset.outbox).catch(() => null);
    const left = outbox && (await outbox.exists()) ? await outbox.settle() : 0;
    const leave = async () => {
      if (outbox && (await outbox.exists())) await outbox.forget();
      form.submit();
    };
    if (!left) { await leave(); return; }
    const says = warning.querySelector("[data-says]");
    says.textContent = fill(says.dataset.says, left);
    warning.querySelector("[data-stay]").onclick = () => warning.close();
    warning.querySelector("[data-go]").onclick = leave;
    warning.showModal();
  });
}

/** What phones keep of registers: too old goes, what waits is sent; where nobody is signed in, the register goes. */
async function tidy() {
  const [address, nobody] = ["[data-outbox]", "[data-nobody]"].map((each) => document.querySelector(each)?.dataset.outbox);
  const kept = await globalThis.indexedDB?.databases?.().catch(() => []);
  if (!address || !kept?.some((each) => each.name === "youthprog-register")) return;
  const outbox = await import(address);
  await (nobody ? outbox.purge() : outbox.tidy());
}

/** Look every two seconds how far long work is, and open the page anew once it is done. */
function underWay(box) {
  async function look() {
    const answer = await fetch(location.href).catch(() => null);
    const text = answer?.ok ? await answer.text() : null;
    if (text !== null) {
      const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(box.id);
      if (!fresh) return location.reload();
      box.innerHTML = fresh.innerHTML;
    }
    return setTimeout(look, 2000);
  }
  setTimeout(look, 2000);
}

function copies(button) {
  const field = document.getElementById(button.dataset.copy);
  const says = button.querySelector("span");
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      says.textContent = button.dataset.copied;
    } catch {
      // the address is selected: it can be copied by hand
    }
  });
}

const behaviors = [
  ["form[data-sign-out]", signOut],
  ["[data-stepper]", stepper],
  ["[data-roll]", register],
  ["[data-bulk]", bulk],
  ["[data-reveals-when-off]", reveals],
  ["[data-session-counts]", session],
  ["[data-under-way]", underWay],
  ["details[data-closes]", closes],
  ["[data-copy]", copies],
  ["form[method=post]:not([hx-post], [data-sign-out])", once],
];

function enliven(part) {
  for (const [selector, behavior] of behaviors) {
    for (const element of all(selector, part)) {
      if (element.dataset.live) continue;
      element.dataset.live = "yes";
      behavior(element);
    }
  }
}

root.classList.add("scripted");
enliven(document);
document.addEventListener("htmx:load", (event) => enliven(event.target));
document.querySelector("[data-focus-first]")?.focus();
if (!document.querySelector("script[data-outbox]")) tidy().catch(() => {});
