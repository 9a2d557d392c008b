// The log of a session on a phone, with and without a network. Every change of the form is kept at once as a draft; what is
// saved waits in the same outbox as attendance (outbox.js) until the server has it. The page works without this file.

const root = document.documentElement;
const SOON = 1500; // ms after the last change a draft is sent
const LONGEST = 60_000; // ms between two tries
const KEPT_AFTER = 150; // ms of typing until a letter is on disk

let outbox;
let box; // the words, and where they are shown
let form;
let here = null; // whose sign-in: {owner, token, hours}
let match;
let drafts = []; // ids of the drafts of this form that wait
let sent = null; // id of the log that was saved
let state = "online";
let waits = 0;
let tries = 0;
let typing;
let timer;
let writing = Promise.resolve();
const shell = document.querySelector("[data-offline-page]") !== null;

const fill = (text, n) => text.replace("{n}", n);
const part = (name, within = box) => within.querySelector(`[data-${name}]`);

// ---- what people see ----

function show() {
  const words = box.dataset;
  let bold = "";
  let text = "";
  if (state === "nothing") [bold, text] = [words.nothing, words.nothingMore];
  else if (state === "signin" && waits) [bold, text] = [words.saved, words.signedOut];
  else if (state === "others" && waits) [bold, text] = [words.saved, words.others];
  else if (sent && waits) [bold, text] = [words.saved, fill(words.sentLater, waits)];
  else if (state === "offline") [bold, text] = [words.off, words.keepGoing];
  part("bold").textContent = bold;
  part("text").textContent = text;
  const link = part("sign-in-link");
  link.hidden = state !== "signin";
  link.href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
  box.hidden = !bold;
  form.hidden = Boolean(sent);
  const note = part("draft-note", document);
  if (note) note.hidden = form.hidden;
  root.classList.toggle("offline", state === "offline");
}

/** Signed out in another tab: the names go from this one. */
function blank() {
  clearTimeout(timer);
  const title = Object.assign(document.createElement("h1"), { textContent: box.dataset.gone });
  const link = Object.assign(document.createElement("a"), { href: "/sign-in", textContent: box.dataset.signIn });
  document.querySelector("main .in").replaceChildren(title, link);
  document.title = box.dataset.gone;
}

/** A reason is asked for only where one is needed: alone and out of sight, or a ride without consent. */
function askReason() {
  const place = part("reason", form);
  const rides = new Set(place.dataset.rides.split(" "));
  const came = [...form.querySelectorAll("input[name=came]:checked")].map((each) => each.value);
  const led = form.querySelectorAll("input[name=mentors]:checked").length || 1;
  const value = (name) => form.elements[name]?.value;
  const alone = value("mode") === "in_person" && value("observable") === "no" && came.length === 1 && led === 1 && !form.elements.other_adult.checked;
  const ride = form.elements.transport.checked && came.some((each) => !rides.has(each));
  place.hidden = !(alone || ride || form.elements.reason.value || place.querySelector(".wrong"));
}

// ---- the form ----

const fields = () => [...new FormData(form)].filter(([name]) => name !== "csrf_token");

/** Put the form back as it was left. */
function restore(pairs) {
  for (const each of form.elements) if (each.type === "checkbox" || each.type === "radio") each.checked = false;
  for (const [name, value] of pairs) {
    for (const each of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (each.type !== "checkbox" && each.type !== "radio") each.value = value;
      else if (each.value === value) each.checked = true;
    }
  }
  for (const each of form.querySelectorAll("[data-reveals-when-off]")) each.dispatchEvent(new Event("change"));
  document.dispatchEvent(new Event("input"));
}

const recordOf = (kind) => ({ owner: here.owner, match, kind, deed: { id: crypto.randomUUID() }, form: fields() });

/** Keep the whole form, in place of what was kept of it before. One write after another. */
function keepDraft() {
  clearTimeout(typing);
  if (sent || !here || state === "nothing") return writing;
  const record = recordOf("draft");
  writing = writing.then(async () => {
    if (sent) return;
    await outbox.put([record], drafts);
    drafts = [record.deed.id];
  }).catch(() => { state = "nothing"; show(); });
  plan(SOON);
  return writing;
}

/** Save: on this phone first, then to the server. The answer of the server is the page that follows. */
async function save(event) {
  if (event.submitter?.dataset.draft !== undefined || state === "nothing" || !here) return;
  event.preventDefault();
  if (sent) return;
  const record = recordOf("log");
  clearTimeout(typing);
  sent = record.deed.id;
  await writing;
  try {
    await outbox.put([record], drafts);
  } catch { // the disk is full, or taken away: the form is sent as without a script
    form.submit();
    return;
  }
  drafts = [];
  await markUsed(form.elements.client_id.value);
  await send();
}

/** A key that was saved is never given to another log by a page that is opened again without a network. */
async function markUsed(id) {
  const kept = await outbox.keptLogs();
  const page = kept?.pages[location.pathname];
  if (page) await outbox.keepLog({ ...page, used: [...page.used, id].slice(-40) }, kept.here).catch(() => {});
}

// ---- sending ----

function plan(delay) {
  clearTimeout(timer);
  timer = setTimeout(send, delay);
}

async function send() {
  clearTimeout(timer);
  try {
    const told = await outbox.flush({ watched: sent, match });
    tries = 0;
    state = told.others ? "others" : "online";
    drafts = drafts.filter((id) => !told.logs.some((each) => each.id === id));
    const ours = told.logs.find((each) => each.id === sent);
    if (ours?.says && outbox.isLeaving()) return; // the server keeps it as a draft
    if (ours?.says) { form.hidden = false; form.submit(); return; } // the server says beside the fields what is wrong
    if (ours) { outbox.moveOn(box.dataset.back); return; }
  } catch (problem) {
    state = problem instanceof outbox.SignedOut ? "signin" : "offline";
    tries += 1;
    if (state === "signin" && shell) outbox.moveOn(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
  }
  waits = await outbox.count();
  if (sent && !waits && state === "online") { outbox.moveOn(box.dataset.back); return; } // another tab sent it
  show();
  if (state === "offline" && waits) plan(Math.min(LONGEST, 2000 * 2 ** Math.min(tries, 5)));
}

// ---- the page ----

async function openKept() {
  const main = document.querySelector("main");
  const kept = await outbox.keptLogs();
  const page = kept?.pages[location.pathname];
  if (!page) {
    part("says", main).textContent = part("offline-page", document).dataset.none;
    return false;
  }
  document.title = page.title;
  main.innerHTML = page.main;
  main.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  here = kept.here;
  const key = main.querySelector("#log [name=client_id]");
  if (page.used.includes(key.value)) key.value = crypto.randomUUID();
  return true;
}

async function openFresh() {
  const main = document.querySelector("main");
  const page = { path: location.pathname, title: document.title, main: outbox.fragmentOf(main) };
  const kept = await outbox.keptLogs();
  try {
    here = await outbox.phone(match);
  } catch (problem) {
    state = problem instanceof outbox.SignedOut ? "signin" : "offline";
    here = kept?.here ?? null;
    return;
  }
  const bare = !main.querySelector("[name=do][value=drop], .wrong"); // an expected session, not a draft and not a mistake
  if (here && (bare || !kept?.pages[page.path])) await outbox.keepLog(page, here).catch(() => {});
}

/** What of this form waits on this phone: a draft that is newer than the page. */
async function recall() {
  const records = (await outbox.waiting()).filter((each) => each.match === match && each.owner === here?.owner);
  const draft = records.filter((each) => each.kind === "draft").at(-1);
  if (!draft) return;
  drafts = records.filter((each) => each.kind === "draft").map((each) => each.deed.id);
  restore(draft.form);
}

function listen() {
  form.addEventListener("input", (event) => {
    askReason();
    clearTimeout(typing);
    if (event.target.matches("textarea, [type=text], [type=number]")) typing = setTimeout(keepDraft, KEPT_AFTER);
  });
  form.addEventListener("change", () => { askReason(); keepDraft(); });
  form.addEventListener("submit", save);
  addEventListener("online", () => plan(0));
  addEventListener("offline", () => { state = "offline"; show(); });
  addEventListener("outbox-gone", blank);
  document.addEventListener("visibilitychange", () => {
    outbox.rememberTime();
    if (document.visibilityState === "visible" && waits) plan(0);
    else if (drafts.length) plan(0);
  });
}

async function begin() {
  const script = document.querySelector("script[data-outbox]");
  outbox = await import(script.dataset.outbox);
  match = Number(/^\/matches\/(\d+)\//.exec(location.pathname)?.[1]);
  const stores = await outbox.works();
  if (stores) await outbox.recallTime();
  if (shell) {
    state = "offline";
    if (!stores || !(await openKept())) return;
  }
  [box, form] = [part("log-offline", document), document.getElementById("log")];
  askReason();
  form.addEventListener("change", askReason);
  if (!stores) { state = "nothing"; show(); return; }
  const early = new Promise((resolve) => { form.addEventListener("input", resolve, { once: true }); });
  if (!shell) await openFresh();
  const touched = await Promise.race([early.then(() => true), Promise.resolve(false)]);
  if (!touched) await recall();
  listen();
  if (touched) keepDraft();
  waits = await outbox.count();
  show();
  root.dataset.ready = "yes";
  if (!shell) outbox.standBy(script.dataset).catch(() => {});
  if (waits || shell) await send();
  if (shell && state === "online" && !drafts.length && !sent) outbox.moveOn(location.pathname); // the page as the server has it
}

begin();
