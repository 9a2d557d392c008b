// A game's counter keeps its numbers on this phone until they are saved: a reload or a field without network loses nothing.
// What is kept are numbers by row, no name. It goes once the server has it, when somebody signs out, and after a day.
// The page itself, names and all, is kept as a register is (outbox.js): encrypted, and opened again without a network.

const DAY = 24 * 60 * 60 * 1000;
const PATIENCE = 15_000; // ms between two tries
const box = document.querySelector("[data-counter]");
const form = box?.closest("form");
const line = box?.querySelector("[data-says]");
const key = box?.dataset.counter;
let again;
const script = document.querySelector("script[data-outbox]");
const main = document.querySelector("main").cloneNode(true); // before anything here changes it

function say(text) {
  line.textContent = text;
  line.hidden = !text;
}

function keep() {
  const numbers = {};
  for (const input of box.querySelectorAll("input[type=number]")) numbers[input.name] = input.value;
  localStorage.setItem(key, JSON.stringify({ at: Date.now(), seen: box.dataset.seen, numbers }));
}

function back() {
  const kept = JSON.parse(localStorage.getItem(key) ?? "null");
  if (!kept) return;
  if (Date.now() - kept.at > DAY || kept.seen !== box.dataset.seen) { localStorage.removeItem(key); return; }
  for (const [name, value] of Object.entries(kept.numbers)) {
    const input = form.elements[name];
    if (input) input.value = value;
  }
  say(box.dataset.kept);
}

/** Ask for this very page first: without a network the numbers stay, and a form sent into nothing shows a page of the browser's. */
async function send() {
  clearTimeout(again);
  removeEventListener("online", send);
  try {
    await fetch(location.href, { cache: "no-store" });
    form.submit();
  } catch {
    keep();
    say(box.dataset.noNetwork);
    addEventListener("online", send);
    again = setTimeout(send, PATIENCE); // a field's network may come back without a word
  }
}

/** What the server has in a later version than was kept, and what is a day old, need not stay. */
function tidy() {
  const counted = new Map((document.querySelector("[data-counted]")?.dataset.counted ?? "").split(" ").map((each) => each.split(":")));
  for (const name of Object.keys(localStorage).filter((each) => each.startsWith("play-"))) {
    const { at, seen } = JSON.parse(localStorage.getItem(name));
    if (Date.now() - at > DAY || Number(counted.get(name) ?? 0) > Number(seen)) localStorage.removeItem(name);
  }
}

/** Have this page at hand where there is no network. In the shell it is there already. */
async function keepPage() {
  const outbox = await import(script.dataset.outbox);
  if (!(await outbox.works())) return;
  await outbox.tidy();
  const here = await outbox.snapshot(Number(box.dataset.gathering));
  if (!here) return;
  await outbox.keepPage({ path: location.pathname, title: document.title, main: outbox.fragmentOf(main) }, here);
  await outbox.standBy(script.dataset);
}

try { tidy(); } catch { localStorage.clear(); }
if (form) {
  try { back(); } catch { localStorage.removeItem(key); }
  box.addEventListener("input", keep);
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  if (!("counts" in script.dataset)) keepPage().catch(() => {});
}
