// The door: a card before the camera, a code typed, or a name of the list, with and without a network. With one, what is
// said goes where the form sends it, and the answer and the lists are taken out of the page that comes back. Without one it
// is a deed like any other (outbox.js), and what the page says comes from cards.js, in the server's sentences.
// QR codes are read with what the browser has, else with a decoder that is loaded only then.

const EVERY = 150; // ms between two looks
const SAME_AGAIN = 4000; // ms before the same card counts as shown again
const WIDE = 640; // pixels the decoder looks at
const PATIENCE = 10_000; // ms: a network that does not answer is none
const SOON = 2000; // ms between two tries to send what waits, doubled each time
const LONGEST = 60_000;
const LATE_AFTER = 15 * 60_000; // ms after the start; attendance/card_rules.py says the same
const BEAT = 15_000;
const DOWN = [502, 503, 504];

const script = document.querySelector("script[data-outbox]");
const shell = "doors" in script.dataset; // opened without a network
const box = document.querySelector("[data-scan]");
const form = document.getElementById("by-code");
const video = box?.querySelector("video");
const says = box?.querySelector("[data-scan-says]");
const button = box?.querySelector("button");
let stream = null;
let last = { text: "", at: 0 };

let outbox;
let cards; // cards.js
let here; // whose sign-in, which gathering; null where this phone keeps nothing
let door; // what reads cards
let youth = new Map(); // what this phone knows of who is here
const seen = new Map(); // when a card of somebody not named here was scanned
let waits = 0;
let state = shell ? "offline" : "online"; // signin, others
let clockOff = false; // the server said so
let tries = 0;
let timer;
const saving = crypto.randomUUID?.();

function tell(text) {
  says.hidden = !text;
  says.textContent = text;
}

async function native() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async () => (await detector.detect(video))[0]?.rawValue;
}

async function loaded() {
  await import(box.dataset.decoder);
  const canvas = document.createElement("canvas");
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  return () => {
    const scale = Math.min(1, WIDE / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    paint.drawImage(video, 0, 0, canvas.width, canvas.height);
    const picture = paint.getImageData(0, 0, canvas.width, canvas.height);
    return window.jsQR(picture.data, picture.width, picture.height, { inversionAttempts: "dontInvert" })?.data;
  };
}

/** Say something as the form would, and show what came back without leaving the camera. Without a network keep it. */
async function send(text, who) {
  const body = new FormData(form);
  const id = crypto.randomUUID?.() ?? ""; // said again under this id, should no answer come back
  body.set("deed", id);
  if (who) body.set("youth", who);
  else body.set("text", text);
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
    if (DOWN.includes(answer.status)) throw new Error("down");
  } catch {
    if (here) await keep(id, text, who);
    else {
      form.elements.text.value = text ?? "";
      tell(box.dataset.noNetwork);
    }
    return;
  }
  if (!take(new DOMParser().parseFromString(await answer.text(), "text/html"), ["answer", "lists"])) {
    if (here) await keep(id, text, who); // signed out meanwhile, or the server's own trouble: it is sent later
    location.reload();
    return;
  }
  state = "online";
  form.elements.text.value = "";
  if (stream) tell(box.dataset.looking);
  answered();
  if (waits) plan(0);
}

/** Put parts of another page in place of ours; false where it has none. */
function take(page, ids) {
  const parts = ids.map((id) => [document.getElementById(id), page.getElementById(id)]);
  if (parts.some(([, fresh]) => !fresh)) return false;
  for (const [old, fresh] of parts) old.replaceWith(fresh);
  return true;
}

function answered() {
  const shown = document.getElementById("answer");
  shown.scrollIntoView({ block: "nearest" });
  shown.focus({ preventScroll: true });
  navigator.vibrate?.(80);
}

// ---- without a network ----

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const whole = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(box ? { timeZone: box.dataset.zone } : {}) });
const HALVES = { en: ["am", "pm"], es: ["a.m.", "p.m."] };

/** 5:30 pm, 5:30 p.m.: as core/dates.py writes it. */
function time(moment) {
  const [hour, minutes] = whole.format(moment).split(":");
  const halves = HALVES[document.documentElement.lang] ?? HALVES.en;
  return `${((Number(hour) + 11) % 12) + 1}:${minutes} ${halves[Number(hour >= 12)]}`;
}

/** What an arrival is: attendance/card_rules.py's mark_of, none for who may only watch. */
function markOf(found, at) {
  const cleared = found.youth ? door.youth[found.youth]?.cleared : found.as !== "watches";
  if (!cleared || found.refusal) return null;
  if (found.as === "walk_in") return "walk_in";
  return at > Date.parse(here.starts_at) + LATE_AFTER ? "late" : "present";
}

/** Keep an arrival with the moment of the scan, whatever it means, and answer as the server would. */
async function keep(id, text, who) {
  const at = outbox.now();
  const found = who ? { youth: Number(who) } : await cards.resolve(text, door);
  const closed = here.canceled ? "gathering_canceled" : at < Date.parse(here.opens_at) ? "not_begun" : null;
  const known = found.youth ? youth.get(found.youth) : seen.get(text) && { in_at: seen.get(text) };
  state = "offline";
  form.elements.text.value = "";
  if (!closed && !found.refusal && known?.in_at && !known.out_at) show("again", found, Date.parse(known.in_at));
  else {
    const mark = closed ? null : markOf(found, at);
    const about = who ? { youth: Number(who) } : { code: text };
    const marked = mark ? { mark, saw: known?.heads ?? [] } : {};
    const moment = new Date(at).toISOString();
    const deed = { id, kind: "arrive", at: moment, clock: new Date(Date.now()).toISOString(), ...about, ...marked };
    await outbox.put([{ owner: here.owner, gathering: here.gathering, save: saving, deed, ...(found.youth ? { youth: found.youth } : {}) }]);
    if (closed) show("refused", { refusal: closed, says: door.says[closed] }, at);
    else {
      if (!found.refusal) arrived(found, text, deed);
      show(found.refusal ? "refused" : (mark ?? "watches"), found, at);
    }
  }
  waits = await outbox.count();
  banner();
  if (stream) tell(box.dataset.looking);
  answered();
  plan(SOON);
}

/** What this phone knows of who is here, after an arrival. */
function arrived(found, text, deed) {
  if (!found.youth) { seen.set(text, deed.at); return; }
  const one = youth.get(found.youth);
  youth.set(found.youth, { ...one, in_at: one?.in_at ?? deed.at, out_at: null, ...(deed.mark ? { heads: [deed.id] } : {}) });
  isHere(found.youth);
}

/** On the list, in place of the button: since when the youth is here. */
function isHere(id) {
  const pressed = document.querySelector(`#lists button[value="${id}"]`);
  if (!pressed) return;
  const left = pressed.closest("section").querySelector("h2 b");
  if (left) left.textContent = Number(left.textContent) - 1;
  pressed.replaceWith(Object.assign(document.createElement("span"), { className: "second", textContent: fill(box.dataset.since, { time: time(Date.parse(youth.get(id).in_at)) }) }));
}

/** The answer at the door, in the words and shapes of the server's (templates/attendance/_door.html). */
function show(which, found, at) {
  const shown = document.querySelector(`template[data-answer="${which}"]`).content.cloneNode(true);
  const one = found.youth && door.youth[found.youth];
  const title = shown.querySelector("h2");
  if (one) title.textContent = one.name;
  const words = shown.querySelector("strong");
  words.textContent = found.refusal ? found.says : fill(words.textContent, { time: time(at) });
  if (found.refusal) shown.querySelector(".door").dataset.code = found.refusal;
  for (const reason of one && which === "watches" ? one.reasons : []) {
    words.parentElement.after(Object.assign(document.createElement("p"), { textContent: reason }));
  }
  document.getElementById("answer").replaceChildren(shown);
}

function banner() {
  const offline = document.querySelector("[data-offline]");
  const words = offline.dataset;
  const alert = offline.querySelector("[data-waits]");
  const kept = fill(words.wait, { n: waits });
  const [bold, text] = {
    offline: [waits ? fill(words.offSome, { n: waits }) : words.offNone, words.keepGoing],
    signin: [kept, words.signedOut],
    others: [kept, words.others],
    clock: [words.clock, ""],
  }[state === "online" && clockOff ? "clock" : state] ?? ["", ""];
  alert.hidden = !bold || (state !== "offline" && !waits && !clockOff);
  offline.hidden = false;
  alert.querySelector("[data-bold]").textContent = bold;
  alert.querySelector("[data-text]").textContent = text;
  const link = alert.querySelector("[data-sign-in]");
  link.hidden = state !== "signin";
  link.href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
}

/** What was sent and does not count is said by name or code. */
function refused(results) {
  const alert = document.querySelector("[data-refused]");
  const rows = alert.querySelector("[data-list]");
  for (const { code, flag, says: why, record } of results) {
    clockOff ||= flag === "clock_off";
    if (!code || record.deed.kind === "stop") continue; // a stop is one
    const name = door.youth[record.youth ?? record.deed.youth]?.name ?? record.deed.code ?? "";
    rows.append(Object.assign(document.createElement("li"), { textContent: fill(document.querySelector("[data-offline]").dataset.refusal, { name, says: why }) }));
  }
  alert.hidden = !rows.children.length;
}

// ---- sending what waits ----

function plan(delay) {
  clearTimeout(timer);
  timer = setTimeout(flush, delay);
}

async function flush() {
  try {
    const told = await outbox.flush(here);
    tries = 0;
    state = told.others ? "others" : "online";
    refused(told.results);
    waits = await outbox.count();
    if (!told.others) await refresh(told.results.length);
  } catch (problem) {
    state = problem instanceof outbox.SignedOut ? "signin" : "offline";
    tries += 1;
  }
  banner();
  if (state === "offline") plan(Math.min(LONGEST, SOON * 2 ** Math.min(tries, 5)));
}

/** The lists as the server has them now. A page that opened without a network becomes the server's own. */
async function refresh(changed) {
  if (shell && !document.querySelector("[data-list] li")) { location.replace(location.pathname); return; }
  if (!changed) return;
  const answer = await fetch(location.pathname);
  if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"), ["lists"]);
}

/** Have at hand what the door needs without a network; leaves `here` empty where this browser keeps nothing. */
async function prepare() {
  [outbox, cards] = await Promise.all([script.dataset.outbox, script.dataset.cards].map((address) => import(address)));
  if (!(await outbox.works())) return;
  await outbox.recallTime();
  const gathering = Number(/^\/gatherings\/(\d+)\//.exec(location.pathname)[1]);
  if (!shell) await fresh(gathering);
  if (!here) {
    const kept = await outbox.keptRegister().catch(() => null);
    if (kept?.here.gathering === gathering) [here, door] = [kept.here, await outbox.keptCards()];
  }
  if (!here || !door) { here = null; return; }
  for (const each of here.youth) youth.set(each.id, each);
  for (const { owner, gathering: where, deed, youth: whose } of await outbox.waiting()) {
    const id = deed.youth ?? whose;
    if (where !== here.gathering || owner !== here.owner || deed.kind !== "arrive") continue;
    if (id && door.youth[id]) arrived({ youth: id }, deed.code, deed);
    else if (deed.code) seen.set(deed.code, deed.at);
  }
  waits = await outbox.count();
  box.dataset.keeps = "yes";
  banner();
  beat();
  setInterval(beat, BEAT);
  if (waits || shell) plan(0);
}

/** Time goes on: the door opens, and what was kept long enough goes. */
async function beat() {
  outbox.rememberTime();
  const closed = document.querySelector('[data-closed="not_begun"]');
  if (closed) closed.hidden = outbox.now() >= Date.parse(here.opens_at);
  if (outbox.now() > outbox.endOf(here) && !(await outbox.keptRegister()) && shell) location.reload();
}

async function fresh(gathering) {
  const main = outbox.fragmentOf(document.querySelector("main"));
  try {
    here = await outbox.snapshot(gathering);
    door = here && (await outbox.cards(gathering));
    if (!door) return;
    await outbox.keepPage({ path: location.pathname, title: document.title, main }, here);
    await outbox.keepCards(door);
    await outbox.standBy(script.dataset, true);
  } catch (problem) {
    state = problem instanceof outbox.SignedOut ? "signin" : "offline";
  }
}

async function look(read) {
  if (!stream) return;
  let text = "";
  try {
    if (video.videoWidth) text = (await read()) || "";
  } catch {
    // a frame that cannot be read: the next one comes at once
  }
  if (text && (text !== last.text || Date.now() - last.at > SAME_AGAIN)) await send(text);
  if (text) last = { text, at: Date.now() };
  setTimeout(look, EVERY, read);
}

async function start() {
  button.disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    const read = (await native().catch(() => null)) || (await loaded());
    button.hidden = true;
    tell(box.dataset.looking);
    look(read);
  } catch {
    stop();
    tell(box.dataset.noCamera);
  }
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  video.srcObject = null;
  video.hidden = true;
  button.hidden = false;
  button.disabled = false;
  tell("");
}

if (box) {
  document.querySelector("main").addEventListener("submit", (event) => {
    const pressed = event.submitter?.name === "youth" ? event.submitter.value : null;
    const text = event.target === form ? form.elements.text.value.trim() : "";
    if (!pressed && !text) return; // undoing and searching are the server's; so is saying that nothing was typed
    event.preventDefault();
    send(text, pressed);
  });
  addEventListener("online", () => { if (here) plan(0); });
  addEventListener("outbox-gone", () => location.replace("/sign-in"));
  prepare().catch(() => { here = null; });
}
if (box && navigator.mediaDevices?.getUserMedia) {
  box.hidden = false;
  button.addEventListener("click", start);
  document.addEventListener("visibilitychange", () => { if (document.hidden && stream) stop(); });
  addEventListener("pagehide", () => { if (stream) stop(); });
}
