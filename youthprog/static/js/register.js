// The register on a phone, with and without a network: a tap is a deed that is kept at once and sent when it can be.
// The page works without this file. What is said to people stands in the page (templates/attendance/_offline.html).

const root = document.documentElement;
const SOON = 2000; // ms after the last tap
const LONGEST = 60_000; // ms between two tries
const BEAT = 15_000;
const UNKNOWN_NAME = "unknown_name"; // attendance/rules.py says the same
const CLOCK_MAY_DIFFER = 5 * 60_000; // attendance/rules.py says the same
const AWAKE = 10 * 60_000; // so long after somebody touched the page it looks what others say; then the sign-in may end

let outbox;
let gate; // gate.js
let rules; // collecting.js
let door; // the gate's dialog
let box; // the words, and where they are shown
let list;
let form;
let here; // the snapshot: whose sign-in, which youth
let youth = new Map();
let pending = new Map(); // the latest waiting mark of each youth
let waits = 0;
let state = "online"; // offline, signin
let clockOff = false; // the server said so
let tries = 0;
let timer;
let tapped = false;
let touched = performance.now();
let saving = crypto.randomUUID?.();
const shell = document.querySelector("[data-offline-page]") !== null;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const gatheringHere = () => Number(/^\/gatherings\/(\d+)\//.exec(location.pathname)?.[1]);
const part = (name, within = box) => within.querySelector(`[data-${name}]`);

// ---- what people see ----

function show() {
  const words = box.dataset;
  let bold = "";
  let text = "";
  if (state === "signin" && waits) [bold, text] = [fill(words.wait, { n: waits }), words.signedOut];
  else if (state === "others" && waits) [bold, text] = [fill(words.wait, { n: waits }), words.others];
  else if (state === "offline") [bold, text] = [waits ? fill(words.offSome, { n: waits }) : words.offNone, words.keepGoing];
  else if (state === "nothing") [bold, text] = [words.nothing, words.nothingMore];
  else if (clockOff) bold = words.clock;
  const alert = part("waits");
  if (part("bold", alert).textContent !== bold || part("text", alert).textContent !== text) {
    part("bold", alert).textContent = bold;
    part("text", alert).textContent = text;
  }
  part("sign-in", alert).hidden = !(state === "signin" && waits);
  part("sign-in", alert).href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
  alert.hidden = !bold;
  root.classList.toggle("offline", state === "offline");
}

function tell(sentences) {
  const alert = part("refused");
  const rows = part("list", alert);
  for (const sentence of sentences) {
    if ([...rows.children].some((each) => each.textContent === sentence)) continue;
    rows.append(Object.assign(document.createElement("li"), { textContent: sentence }));
  }
  alert.hidden = !rows.children.length;
}

/** Bring a row to what holds, unless something of it waits. */
function showRow(id) {
  const group = document.querySelector(`#row-${id} [role=radiogroup]`);
  const what = pending.get(id)?.deed.mark ?? (youth.get(id)?.disputed ? null : youth.get(id)?.mark);
  if (!group) return;
  if (!what) { // taken back, or two people differ: nobody chooses for them
    for (const each of group.querySelectorAll("input:checked")) each.checked = false;
    group.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "shown" }));
    return;
  }
  const input = group.querySelector(`input[value="${what}"]`);
  if (input && !input.checked) {
    input.checked = true;
    group.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "shown" }));
  }
}

/** Say under a name since when the youth is here, or when it left. */
function showPassage(id) {
  const says = door && youth.has(id) ? door.passage(youth.get(id)) : "";
  const name = document.querySelector(`[data-row="${id}"] .name`);
  if (!name) return;
  const line = name.querySelector("[data-here]") ?? Object.assign(document.createElement("span"), { className: "second" });
  line.dataset.here = "";
  line.textContent = says ? ` ${says}` : "";
  if (!line.isConnected) name.append(line);
}

// ---- saying ----

const seen = (id) => youth.get(id)?.heads ?? [];

/** A deed of this moment. The device's own clock goes along, so that a wrong one is noticed. */
function deedOf(kind, id, more = {}) {
  const deed = { id: crypto.randomUUID(), kind, at: new Date(outbox.now()).toISOString() };
  return Object.assign(deed, { clock: new Date(Date.now()).toISOString() }, id ? { youth: id } : {}, more);
}

/** Keep deeds on this phone, then try to send them. */
async function say(deeds, instead = []) {
  const common = { owner: here.owner, gathering: here.gathering, save: saving };
  try {
    await outbox.put(deeds.map((deed) => ({ ...common, deed })), instead);
  } catch { // the disk is full, or taken away: from here on the form is sent as without a script
    state = "nothing";
    show();
    return;
  }
  waits = await outbox.count();
  tapped = true;
  show();
  plan(SOON);
}

let taps = new Map();
function tap(input) {
  const id = Number(input.name.slice("mark-".length));
  if (!id) return;
  if (!taps.size) queueMicrotask(sayTaps);
  taps.set(id, input.value);
}

/** Every tap of this moment in one go: "everyone else is here" is many. A tap not sent yet is replaced, not answered. */
async function sayTaps() {
  const now = taps;
  taps = new Map();
  const instead = [];
  const deeds = [];
  for (const [id, mark] of now) {
    const before = pending.get(id)?.deed;
    const unsent = before && !outbox.isSending(before.id);
    if (unsent) instead.push(before.id);
    const deed = deedOf("mark", id, { mark, saw: unsent ? before.saw : seen(id) });
    deeds.push(deed);
    pending.set(id, { deed });
    youth.set(id, { ...youth.get(id), heads: [deed.id] });
  }
  await say(deeds, instead);
}

/** Coming and going, at the gate. */
async function sayPassage(id, deed) {
  const one = youth.get(id);
  const waiting = (await outbox.waiting()).filter((each) => each.deed.youth === id).map((each) => each.deed.id);
  if (deed.kind === "take_back" && waiting.includes(deed.undoes)) {
    await say([], [deed.undoes]); // nobody heard it yet
  } else await say([deed]);
  if (deed.kind === "take_back") youth.set(id, { ...one, ...one.before, last: null, before: null });
  else youth.set(id, { ...one, ...gate.passed(one, deed), before: one, ...(deed.mark ? { mark: deed.mark, heads: [deed.id] } : {}) });
  showRow(id);
  showPassage(id);
}

// ---- who walked in, without a network ----

/** A name is kept like a tap; the server finds out whom it means, or somebody says it on the register. */
function openWalked() {
  const dialog = part("walked", document);
  const link = part("walk-in", document);
  if (!dialog || !link) return;
  const typed = dialog.querySelector("input");
  link.addEventListener("click", (event) => {
    if (state !== "offline") return;
    event.preventDefault();
    typed.value = "";
    dialog.showModal();
  });
  part("close", dialog).addEventListener("click", () => dialog.close());
  dialog.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const name = typed.value.trim();
    if (!rules.tokensOf(name).length) return;
    dialog.close();
    const there = [...youth.values()].find((each) => rules.isSame(each.name, name));
    if (there) tell([fill(dialog.dataset.hasRow, { name: there.name })]);
    else if (!(await namesWaiting()).some(({ deed }) => rules.isSame(deed.name, name))) await say([deedOf("mark", null, { mark: "walk_in", name })]);
    await showWalked();
  });
}

const namesWaiting = async () => (await outbox.waiting()).filter((each) => each.gathering === here.gathering && each.owner === here.owner && each.deed.name);

async function showWalked() {
  const rows = part("walked-in", document);
  if (!rows) return;
  const words = part("walked", document).dataset;
  const names = await namesWaiting();
  rows.replaceChildren(...names.map(({ deed }) => {
    const row = document.createElement("li");
    const back = Object.assign(document.createElement("button"), { type: "button", className: "button quiet", textContent: words.back });
    back.addEventListener("click", async () => {
      if (!outbox.isSending(deed.id)) await say([], [deed.id]);
      await showWalked();
    });
    row.append(fill(words.kept, { name: deed.name }), " ", back);
    return row;
  }));
  rows.hidden = !names.length;
}

// ---- sending ----

function plan(delay) {
  clearTimeout(timer);
  timer = setTimeout(() => send(), delay);
}

/** Send what waits; true when nothing is left of our own. */
async function send() {
  clearTimeout(timer);
  let named = false;
  try {
    const given = here.youth;
    const told = await outbox.flush(here);
    if (here.youth !== given) takeAnew();
    tries = 0;
    state = told.others ? "others" : "online";
    named = await settled(told);
  } catch (problem) {
    await failed(problem);
  }
  waits = await outbox.count();
  show();
  if (named && !waits && state === "online") location.replace(location.pathname); // the page asks there who it is
  if (state === "offline") plan(Math.min(LONGEST, SOON * 2 ** Math.min(tries, 5)));
  return !waits;
}

/** The register was given anew: with whom youth may leave, by hashes that fit its salt. What was tapped stays. */
function takeAnew() {
  for (const { id, collect, barred, alone, later } of here.youth) {
    if (youth.has(id)) youth.set(id, { ...youth.get(id), collect, barred, alone, later });
  }
}

async function failed(problem) {
  if (problem instanceof outbox.SignedOut) {
    state = "signin";
    if (shell) leave();
  } else {
    state = "offline";
    tries += 1;
  }
}

/** Nobody is signed in any more: names go from the screen too. */
function leave() {
  location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
}

/** Signed out in another tab: the names go from this one. */
function blank() {
  clearTimeout(timer);
  const title = Object.assign(document.createElement("h1"), { textContent: box.dataset.gone });
  const link = Object.assign(document.createElement("a"), { href: "/sign-in", textContent: box.dataset.signIn });
  document.querySelector("main .in").replaceChildren(title, link);
  document.title = box.dataset.gone;
}

/** What the server answered; resolves to whether somebody has to say who a typed name is. */
async function settled(told) {
  for (const [id, standing] of Object.entries(told.youth[here.gathering] ?? {})) {
    youth.set(Number(id), { ...youth.get(Number(id)), ...standing });
  }
  for (const { id, record } of told.results) {
    if (pending.get(record.deed.youth)?.deed.id === id) pending.delete(record.deed.youth);
  }
  for (const id of youth.keys()) showRow(id);
  const refused = told.results.filter((each) => each.code && each.code !== UNKNOWN_NAME && each.record.deed.kind !== "stop"); // a stop is one
  tell(refused.map((each) => fill(box.dataset.refusal, { name: nameOf(each.record.deed, each.record.youth), says: each.says })));
  clockOff ||= told.results.some((each) => each.flag === "clock_off");
  const differ = told.results.map((each) => each.record.deed.youth).filter((id) => youth.get(id)?.disputed);
  tell([...new Set(differ)].map((id) => fill(box.dataset.differ, { name: nameOf({ youth: id }) })));
  for (const id of youth.keys()) showPassage(id);
  if (told.results.length) await keep();
  await showWalked();
  return told.results.some((each) => each.code === UNKNOWN_NAME);
}

const isWatched = () => document.visibilityState === "visible" && state === "online" && performance.now() - touched <= AWAKE;

/** What others said meanwhile, on the rows of which nothing waits here. */
async function look() {
  if (!isWatched()) return;
  try {
    const standing = await outbox.standing(here.gathering);
    const differ = [];
    for (const [key, holds] of Object.entries(standing ?? {})) {
      const id = Number(key);
      if (!youth.has(id) || pending.has(id) || taps.has(id)) continue;
      if (holds.disputed && !youth.get(id).disputed) differ.push(fill(box.dataset.differ, { name: nameOf({ youth: id }) }));
      if (holds.version === youth.get(id).version) continue;
      youth.set(id, { ...youth.get(id), ...holds });
      showRow(id);
      showPassage(id);
    }
    tell(differ);
  } catch (problem) {
    await failed(problem);
    show();
    if (state === "offline") plan(SOON);
  }
}

const nameOf = (deed, whose) => youth.get(deed.youth ?? whose)?.name ?? deed.name ?? deed.code ?? "";

/** Save: send at once, and show the page as the server has it. Without a network everything is kept already. */
async function save(event) {
  if (event.submitter?.dataset.everyoneElse !== undefined) return;
  if (state === "nothing" || (!tapped && !waits && state === "online")) return; // nothing of ours: the server answers the form
  event.preventDefault();
  await Promise.resolve(); // the taps of this moment
  const done = await send();
  saving = crypto.randomUUID();
  if (done && state === "online" && part("refused").hidden) outbox.moveOn(location.pathname);
  else part("waits").scrollIntoView({ block: "nearest" });
}

// ---- keeping ----

let fragment;

async function keep() {
  here.youth = [...youth.values()];
  await outbox.keepPage({ path: location.pathname, title: document.title, main: fragment }, here).catch(() => {});
}

async function openKept() {
  const main = document.querySelector("main");
  const kept = await outbox.keptRegister();
  const words = part("offline-page", document).dataset;
  const there = kept?.pages[location.pathname];
  if (!there) {
    part("says", main).textContent = kept ? words.another : words.none;
    const link = part("other", main);
    link.hidden = !kept;
    const [other] = Object.values(kept?.pages ?? {});
    if (other) Object.assign(link, { href: other.path, textContent: other.title });
    return false;
  }
  fragment = there.main;
  document.title = there.title;
  main.innerHTML = fragment;
  main.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  here = kept.here;
  return true;
}

async function openFresh() {
  fragment = outbox.fragmentOf(document.querySelector("main"));
  const kept = await outbox.keptRegister().catch(() => null);
  try {
    here = await outbox.snapshot(gatheringHere());
  } catch (problem) {
    await failed(problem);
  }
  if (here) return true;
  here = kept?.here.gathering === gatheringHere() ? kept.here : null;
  return Boolean(here);
}

// ---- the page ----

function openGate() {
  const dialog = part("door", document);
  if (!dialog) return;
  const isSure = () => Math.abs(Date.now() - outbox.now()) < CLOCK_MAY_DIFFER;
  const desk = { here: () => here, who: (id) => youth.get(id), say: sayPassage, deedOf, seen, now: outbox.now, isSure, isOver };
  door = gate.gate(dialog, desk, rules);
  list.addEventListener("click", (event) => {
    const row = event.target.closest(".name a") && event.target.closest("[data-row]");
    if (!row || state !== "offline") return;
    event.preventDefault();
    door.open(Number(row.dataset.row));
  });
}

function listen() {
  list.addEventListener("change", (event) => {
    if (event.detail !== "shown" && event.target.matches("input[type=radio]")) tap(event.target);
  });
  form.addEventListener("submit", save);
  document.querySelector("main").addEventListener("submit", (event) => {
    if (event.defaultPrevented || state !== "offline") return;
    event.preventDefault(); // it would lead to the browser's own page about a missing network
    tell([box.dataset.needs]);
  });
  addEventListener("online", () => plan(0));
  addEventListener("outbox-gone", blank);
  addEventListener("offline", () => { state = "offline"; show(); });
  document.addEventListener("visibilitychange", () => {
    outbox.rememberTime();
    if (document.visibilityState === "visible" && waits) plan(0);
    else look();
  });
  for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, () => { touched = performance.now(); });
  setInterval(() => {
    outbox.rememberTime();
    look();
    if (isOver()) expire();
  }, BEAT);
}

const isOver = () => outbox.endOf(here) < outbox.now();

/** The hours are over: what is on the screen goes as well, where no network can bring it back; else it is given anew. */
async function expire() {
  if (shell) {
    if (!(await outbox.keptRegister())) location.reload();
    return;
  }
  if (!isWatched()) return;
  const fresh = await outbox.snapshot(here.gathering).catch(() => null);
  if (fresh?.owner !== here.owner) return;
  Object.assign(here, fresh);
  takeAnew();
  await keep();
}

async function begin() {
  const script = document.querySelector("script[data-outbox]");
  const { outbox: store, gate: steps, collecting } = script.dataset; // addresses with their versions
  [outbox, gate, rules] = await Promise.all([store, steps, collecting].map((address) => import(address)));
  box = part("offline", document);
  if (!(await outbox.works())) {
    if (box) { box.hidden = false; state = "nothing"; show(); }
    return;
  }
  await outbox.recallTime();
  if (shell && script.dataset.logs && /^\/matches\/\d+\/sessions\/new$/.test(location.pathname)) { import(script.dataset.logs); return; }
  if (shell) state = "offline";
  if (!(shell ? await openKept() : box && (await openFresh()))) return;
  if (shell && document.querySelector("[data-scan]")) { import(script.dataset.doors); return; } // the door
  if (shell && document.querySelector("[data-counter]")) { import(script.dataset.counts); return; } // a game's counter
  box = part("offline", document);
  box.hidden = false;
  list = document.querySelector("[data-roll]");
  form = list?.closest("form");
  if (!form) return;
  const waiting = await outbox.waiting();
  // From here to listen() nothing is waited for: a tap is among the early ones, or it is heard.
  const early = [...list.querySelectorAll("input:checked")].filter((input) => !input.defaultChecked); // while we loaded
  for (const each of here.youth) youth.set(each.id, each);
  for (const record of waiting) {
    if (record.gathering !== here.gathering || record.owner !== here.owner) continue;
    const { deed } = record;
    const id = deed.youth ?? record.youth; // of a card that was scanned: whose it is, as far as this phone knows
    const one = youth.get(id);
    if (!one) continue;
    if (deed.kind === "mark") pending.set(id, record);
    if (deed.mark) youth.set(id, { ...one, mark: deed.mark, heads: [deed.id] });
    if (deed.kind === "arrive" || deed.kind === "leave") {
      youth.set(id, { ...youth.get(id), ...gate.passed(one, deed), before: one });
    }
  }
  openGate();
  openWalked();
  for (const id of youth.keys()) { showRow(id); showPassage(id); }
  listen();
  for (const input of early) {
    input.checked = true;
    tap(input);
  }
  await showWalked();
  root.dataset.ready = "yes";
  waits = await outbox.count();
  show();
  if (!shell && state === "online") {
    await keep();
    outbox.standBy(script.dataset).catch(() => {});
  }
  if (waits || shell) await send();
  if (shell && state === "online" && !waits) outbox.moveOn(location.pathname); // the page as the server has it
}

begin();
