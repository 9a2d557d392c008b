// What a phone keeps: the register it last opened, and what was said of it and not sent yet. See docs/sync.md.
// Everything is encrypted with keys no script can read out. The register's key dies at sign-out, when the server no
// longer knows the sign-in, and after the configured hours; what waits has a key of its own, which dies at sign-out alone.

const NAME = "youthprog-register";
const SHELL = "youthprog-shell";
const MOST = 100; // deeds in a message
const WAIT = 15_000; // ms a message may take
const encoder = new TextEncoder();
const decoder = new TextDecoder();
let database;

// ---- the store ----

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function opened() {
  database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const store of ["keys", "kept", "outbox"]) request.result.createObjectStore(store);
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { // another tab signs out
        request.result.close();
        database = Promise.reject(new Error("gone")); // nothing is kept from here on
        database.catch(() => {});
        dispatchEvent(new Event("outbox-gone"));
      };
      resolve(request.result);
    };
    request.onerror = () => { database = undefined; reject(request.error); };
    request.onblocked = () => reject(new Error("blocked"));
  });
  return database;
}

/** Do something with a store in one transaction; resolves when it is on disk. */
async function within(store, mode, deed) {
  const open = await opened();
  return new Promise((resolve, reject) => {
    const transaction = open.transaction(store, mode, { durability: "strict" });
    const result = deed(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(result?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const read = (store, key) => within(store, "readonly", (here) => here.get(key));
const write = (store, key, value) => within(store, "readwrite", (here) => here.put(value, key));
const remove = (store, key) => within(store, "readwrite", (here) => here.delete(key));

/** Whether this browser keeps anything for us. Private windows and plain http do not. */
export async function works() {
  try {
    if (!globalThis.crypto?.subtle || !globalThis.indexedDB) return false;
    await write("kept", "probe", 1);
    await remove("kept", "probe");
    return true;
  } catch {
    return false;
  }
}

/** Whether anything was ever kept here, without making a place for it. */
export async function exists() {
  if (!globalThis.indexedDB) return false;
  if (!indexedDB.databases) return works();
  return (await indexedDB.databases().catch(() => [])).some((each) => each.name === NAME);
}

// ---- encryption ----

async function key(name) {
  const there = await read("keys", name);
  if (there) return there;
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return within("keys", "readwrite", (here) => {
    const raced = here.get(name); // another tab may have been faster
    raced.onsuccess = () => { if (!raced.result) here.put(fresh, name); };
    return raced;
  }).then((other) => other ?? fresh);
}

async function seal(name, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(name), encoder.encode(JSON.stringify(value)));
  return { iv, box };
}

async function unseal(name, { iv, box }) {
  const found = await read("keys", name);
  if (!found) return null;
  return JSON.parse(decoder.decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, found, box)));
}

// ---- time ----
// The server's time at the last answer, carried on by whatever clock went forward: the page's own ticks while the
// device's clock is set back, the device's clock while it sleeps (a sleeping page does not tick).

let trusted = Date.now();
let wall = Date.now();
let ticks = performance.now();

/** The present instant, in ms, as far as this phone knows. */
export function now() {
  const byWall = Date.now() - wall;
  const byTicks = performance.now() - ticks;
  trusted += byWall < byTicks - 1000 ? byTicks : Math.max(byWall, byTicks);
  wall = Date.now();
  ticks = performance.now();
  return trusted;
}

function setTime(moment) {
  trusted = moment;
  wall = Date.now();
  ticks = performance.now();
}

export const rememberTime = () => write("kept", "clock", { trusted: now(), wall: Date.now() }).catch(() => {});

/** Go on from the time remembered: the device's clock tells how long ago, unless it was set back since. */
export async function recallTime() {
  const last = await read("kept", "clock");
  if (last) setTime(last.trusted + Math.max(0, Date.now() - last.wall));
}

// ---- the register ----

/** When a register goes: its hours are counted from when the server gave it, for what it says of leaving is of those days. */
export const endOf = (here) => Date.parse(here.server) + here.hours * 3_600_000;

/** Keep a register, in place of the one before. */
async function keepRegister(register) {
  await write("kept", "register", { ...(await seal("register", register)), until: endOf(register.here) });
  await rememberTime();
}

/** A page's own part as the server sent it. */
export function fragmentOf(main) {
  const copy = main.cloneNode(true);
  for (const each of copy.querySelectorAll("[data-live]")) delete each.dataset.live;
  for (const each of copy.querySelectorAll(".messages")) each.remove();
  return copy.innerHTML;
}

/**
 * Keep a page of a gathering: {path, title, main}, with what was given of its register. Pages of one gathering stay together;
 * those of another one go, and so do its cards.
 */
export async function keepPage(page, here) {
  const last = await keptRegister().catch(() => null);
  const same = last?.here.gathering === here.gathering && last.here.owner === here.owner;
  await keepRegister({ here, pages: { ...(same ? last.pages : {}), [page.path]: page } });
  if (!same) await remove("kept", "cards");
}

/** Keep what reads cards without a network, under the register's key. */
export const keepCards = async (cards) => write("kept", "cards", await seal("register", cards));

/** What reads cards; null when none is kept. */
export async function keptCards() {
  const kept = (await keptRegister()) && (await read("kept", "cards"));
  return kept ? unseal("register", kept).catch(() => null) : null;
}

/** The register kept, {here, pages}, or null: none, or too old. */
export async function keptRegister() {
  const kept = await read("kept", "register");
  if (!kept) return null;
  if (kept.until > now()) return unseal("register", kept).catch(() => null);
  await purge();
  return null;
}

// ---- the pages of session logs ----

/** Keep the page of a log, {path, title, main}, under the register's key; `here` says whose sign-in it was and how long. */
export async function keepLog(page, here) {
  const last = await keptLogs();
  const pages = last?.here.owner === here.owner ? last.pages : {};
  const until = now() + here.hours * 3_600_000;
  pages[page.path] = { used: pages[page.path]?.used ?? [], ...page, until };
  await write("kept", "logs", { ...(await seal("register", { here, pages })), until });
  await rememberTime();
}

/** The pages of logs that are kept, {here, pages}, or null. */
export async function keptLogs() {
  const kept = await read("kept", "logs");
  const found = kept && (await unseal("register", kept).catch(() => null));
  if (!found) return null;
  for (const [path, page] of Object.entries(found.pages)) if (page.until <= now()) delete found.pages[path];
  if (Object.keys(found.pages).length) return found;
  await remove("kept", "logs");
  return null;
}

/** Make the register and the pages of logs unreadable, and take them away. What waits stays. */
export async function purge() {
  await remove("keys", "register");
  for (const each of ["register", "cards", "logs"]) await remove("kept", each);
}

/** Leave nothing on this phone, not even what waits. */
export async function forget() {
  const open = await opened().catch(() => null);
  open?.close();
  database = undefined;
  await asked(indexedDB.deleteDatabase(NAME));
  await globalThis.caches?.delete(SHELL);
}

/** Have at hand what a page needs to open without a network. Nothing of it names anybody. */
async function keepShell(addresses) {
  const shell = await caches.open(SHELL);
  const there = new Set((await shell.keys()).map((each) => new URL(each.url).pathname + new URL(each.url).search));
  if (addresses.every((each) => there.has(each))) return;
  await shell.addAll(addresses);
  for (const old of there) if (!addresses.includes(old) && !old.includes("/vendor/")) await shell.delete(old); // the door's decoder stays
}

const readsCodes = async () => (await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []))?.includes("qr_code");

/**
 * Have the shell at hand, and somebody who answers with it. `worker` and `files` are addresses; so is `decoder`, which the door
 * needs where the browser reads no codes itself.
 */
export async function standBy({ worker, files, decoder }, atTheDoor = false) {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(worker);
  const wanted = atTheDoor && !(await readsCodes()) ? [decoder] : [];
  await keepShell([...files.split(" "), ...wanted]);
  await navigator.serviceWorker.ready;
  document.documentElement.dataset.keeps = "yes";
}

// ---- what waits ----

let number = Date.now();

/** Keep deeds until they are sent, in place of others that were not sent yet. */
export async function put(records, instead = []) {
  const sealed = [];
  for (const record of records) sealed.push([record.deed.id, { n: (number += 1), ...(await seal("outbox", record)) }]);
  await within("outbox", "readwrite", (here) => {
    for (const id of instead) here.delete(id);
    for (const [id, value] of sealed) here.put(value, id);
  });
  await rememberTime();
}

/** How many wait. */
export const count = () => within("outbox", "readonly", (here) => here.count());

/**
 * What waits, oldest first: {owner, gathering, save, deed, youth: whose card it is, if known}; of a session's log
 * {owner, match, kind: "log" or "draft", deed: {id}, form: its fields as [name, value]}.
 */
export async function waiting() {
  const rows = await within("outbox", "readonly", (here) => here.getAll());
  const found = [];
  for (const row of rows.sort((one, other) => one.n - other.n)) found.push(await unseal("outbox", row));
  return found.filter(Boolean);
}

const drop = (ids) => within("outbox", "readwrite", (here) => { for (const id of ids) here.delete(id); });

// ---- the network ----

export class Away extends Error {} // no network, or a server that does not answer
export class SignedOut extends Error {}

async function fetched(address, options = {}) {
  let answer;
  try {
    const headers = { Accept: "application/json", ...options.headers };
    answer = await fetch(address, { ...options, headers, redirect: "manual", signal: AbortSignal.timeout(WAIT) });
  } catch {
    throw new Away();
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
    await purge();
    throw new SignedOut();
  }
  if (answer.status >= 500 || answer.status === 429) throw new Away();
  return answer;
}

/** The register as the server has it now. */
export async function snapshot(gathering) {
  const answer = await fetched(`/gatherings/${gathering}/register.json`);
  if (!answer.ok) return null;
  const found = await answer.json();
  setTime(Date.parse(found.server));
  return found;
}

/** What reads the cards of a gathering's door; null when it is none of this person's. Raises Away and SignedOut. */
export async function cards(gathering) {
  const answer = await fetched(`/gatherings/${gathering}/cards.json`);
  return answer.ok ? answer.json() : null;
}

/** What holds now at a gathering, by youth; null when it is none of this person's. Raises Away and SignedOut. */
export async function standing(gathering) {
  const answer = await fetched(`/gatherings/${gathering}/standing.json`);
  return answer.ok ? (await answer.json()).youth : null;
}

/** Whose sign-in this is, with the form token, for logs of a match; null when it is none of this person's. */
export async function phone(match) {
  const answer = await fetched(`/matches/${match}/sessions/phone.json`);
  if (!answer.ok) return null;
  const found = await answer.json();
  setTime(Date.parse(found.server));
  return found;
}

async function post(here, save, deeds) {
  const answer = await fetched(`/gatherings/${here.gathering}/deeds`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": here.token },
    body: JSON.stringify({ save, deeds }),
    keepalive: deeds.length <= 50,
  });
  if (answer.ok) return answer.json();
  const why = await answer.json().catch(() => ({}));
  if (answer.status !== 400 || why.error === "malformed") return null;
  const fresh = await snapshot(here.gathering); // the form token is of an earlier sign-in
  if (!fresh || fresh.owner !== here.owner || fresh.token === here.token) return null;
  here.token = fresh.token;
  return post(here, save, deeds);
}

const sending = new Set();
export const isSending = (id) => sending.has(id);

/**
 * Send what waits. `known` is the register a page has open: whose sign-in this is, and the form token. Resolves to {results, youth, others}: what became of each deed with its record, the fresh state of
 * youth by gathering, and how many wait for somebody else's sign-in or another answer. Raises Away and SignedOut.
 */
export async function flush(known = null) {
  if (navigator.locks) return navigator.locks.request(NAME, () => flushAll(known));
  return flushAll(known);
}

async function flushAll(known) {
  const told = { results: [], youth: {}, others: 0, logs: [] };
  const all = await waiting();
  const records = all.filter((each) => each.gathering);
  if (!records.length && known?.gathering) Object.assign(known, await snapshot(known.gathering)); // is there a network?
  if (!all.length && known?.match) await phone(known.match);
  for (const gathering of new Set(records.map((each) => each.gathering))) {
    const here = known?.gathering === gathering ? known : await snapshot(gathering); // null: not this person's
    const own = records.filter((each) => each.gathering === gathering && each.owner === here?.owner);
    told.others += records.filter((each) => each.gathering === gathering).length - own.length;
    for (const save of new Set(own.map((each) => each.save))) {
      const batch = own.filter((each) => each.save === save);
      for (let at = 0; at < batch.length; at += MOST) await flushSome(here, save, batch.slice(at, at + MOST), told);
    }
  }
  await flushLogs(all.filter((each) => each.match), known?.watched, told);
  return told;
}

/** Send logs and drafts one by one, in their order. A log that is refused is kept by the server as a draft. */
async function flushLogs(records, watched, told) {
  const phones = new Map();
  for (const record of records) {
    const { match, deed, kind } = record;
    if (!phones.has(match)) phones.set(match, await phone(match));
    const here = phones.get(match);
    if (here?.owner !== record.owner) { told.others += 1; continue; }
    let answer = await postForm(here, record, kind === "draft" ? "draft" : "new", deed.id === watched);
    const says = answer.status === 422 ? (await answer.json()).says : null;
    if (says) answer = await postForm(here, record, "draft", false);
    if (!answer.ok) { told.others += 1; continue; }
    await drop([deed.id]);
    told.logs.push({ id: deed.id, kind, says });
  }
}

async function postForm(here, { match, form }, where, watched, again = true) {
  const answer = await fetched(`/matches/${match}/sessions/${where}`, {
    method: "POST",
    headers: { "X-CSRFToken": here.token, ...(watched ? { "X-Watched": "yes" } : {}) },
    body: new URLSearchParams(form),
    keepalive: true,
  });
  if (answer.status !== 400 || !again) return answer;
  Object.assign(here, await phone(match)); // the form token is of an earlier sign-in
  return postForm(here, { match, form }, where, watched, false);
}

async function flushSome(here, save, some, told) {
  for (const each of some) sending.add(each.deed.id);
  try {
    const answer = await post(here, save, some.map((each) => each.deed));
    if (!answer) { told.others += some.length; return; }
    setTime(Date.parse(answer.server));
    const records = new Map(some.map((each) => [each.deed.id, each]));
    const settled = answer.results.filter((each) => records.has(each.id));
    told.results.push(...settled.map((each) => ({ ...each, record: records.get(each.id) })));
    told.youth[here.gathering] = { ...told.youth[here.gathering], ...answer.youth };
    await drop(settled.map((each) => each.id));
  } finally {
    for (const each of some) sending.delete(each.deed.id);
  }
}

// ---- going on to another page ----
// What was saved leads to another page once the server has it. Whoever chose a page meanwhile is not taken back from there.

const UNDERWAY = 15_000; // ms after which a page that did not come is not coming
let leaving = false;
addEventListener("beforeunload", () => {
  leaving = true;
  setTimeout(() => { leaving = false; }, UNDERWAY);
});

export const isLeaving = () => leaving;

/** Open another page in place of this one, unless the person is on the way to one already. */
export function moveOn(address) {
  if (!leaving) location.replace(address);
}

// ---- signing out, and other pages ----

/** Before a sign-out: send what waits if there is a network; resolves to how many still wait. */
export async function settle() {
  const late = new Promise((resolve) => { setTimeout(resolve, 5000); });
  if (await count()) await Promise.race([flush().catch(() => {}), late]);
  return count();
}

/** On pages that show no register: what is too old goes, what waits is sent. */
export async function tidy() {
  if (!(await exists())) return;
  await recallTime();
  await keptRegister();
  await keptLogs();
  if (await count()) await flush().catch(() => {});
}
