// A game's counter keeps its numbers on this phone until they are saved: a reload or a field without network loses nothing.
// What is kept are numbers by row, no name. It goes when it is saved, when somebody signs out, and after a day.

const DAY = 24 * 60 * 60 * 1000;
const box = document.querySelector("[data-counter]");
const form = box?.closest("form");
const line = box?.querySelector("[data-says]");
const key = box?.dataset.counter;

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

async function send() {
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!answer.ok) { form.submit(); return; } // the server says why on a page of its own
    localStorage.removeItem(key);
    location.assign(answer.url);
  } catch {
    keep();
    say(box.dataset.noNetwork);
    addEventListener("online", send, { once: true });
  }
}

if (form) {
  try { back(); } catch { localStorage.removeItem(key); }
  box.addEventListener("input", keep);
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
}
