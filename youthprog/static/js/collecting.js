// Whether a child may leave with somebody: core/names.py and attendance/collecting_rules.py, step by step, for a phone
// without a network. tests/rules/test_collecting_twin.py holds both to the same answers. A phone knows barred adults by
// salted hashes alone, so it can recognize a name that is typed and tell nobody's.

const LONGEST_RUN = 3;
const MOST_TOKENS = 12;
const ALIKE = [["ph", "f"], ["ck", "k"], ["qu", "k"], ["c", "k"], ["z", "s"], ["y", "i"], ["v", "b"], ["x", "j"], ["w", "u"]];
const HASH = 24; // hexadecimal digits kept of a hash
const PLAIN = {
  "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "İ": "I", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE",
  "ð": "d", "þ": "th", "’": "'", "‘": "'", "ʼ": "'", "–": "-", "‐": "-",
};
const FOLDED = { "ß": "ss", "ẞ": "ss", "ς": "σ" }; // where lower case is not yet what is compared

/** Whether a mark stands on the letter before it: such marks change places when text is normalized. */
const combines = (mark) => [`a${mark}\u0334`, `a\u0301${mark}`].some((text) => text.normalize("NFD") !== text);

function fold(text) {
  const plain = [...text].map((letter) => PLAIN[letter] ?? letter).join("").replace(/[ßẞς]/g, (letter) => FOLDED[letter]);
  const apart = plain.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, (mark) => (combines(mark) ? "" : mark));
  return apart.replace(/ς/g, "σ");
}

export function tokensOf(text) {
  const folded = fold(text).replace(/['`]/g, "").replace(/[^\p{L}\p{N}]/gu, " ");
  return folded.split(" ").filter(Boolean).slice(0, MOST_TOKENS);
}

function sound(token) {
  let said = token;
  for (const [written, heard] of ALIKE) said = said.replaceAll(written, heard);
  const letters = [...said];
  const kept = letters.filter((letter, place) => place === 0 || letter !== "h");
  return kept.filter((letter, place) => place === 0 || letter !== kept[place - 1]).join("");
}

function pieces(row) {
  const runs = [];
  for (let size = 2; size <= LONGEST_RUN; size += 1) {
    for (let at = 0; at + size <= row.length; at += 1) runs.push(row.slice(at, at + size).join(""));
  }
  return [...row, ...runs];
}

const inOrder = (one, other) => { // by code points, as the server sorts
  const [a, b] = [[...one], [...other]].map((each) => each.map((letter) => letter.codePointAt(0)));
  const place = a.findIndex((code, index) => code !== b[index]);
  if (place < 0) return a.length <= b.length;
  return b[place] === undefined ? false : a[place] < b[place];
};
const pair = (one, other) => (inOrder(one, other) ? `${one}+${other}` : `${other}+${one}`);
const initial = (piece) => sound([...piece][0]);

/** The keys of a name as somebody typed it, in any order. */
export function keysOfTyped(name) {
  const tokens = tokensOf(name);
  const found = new Set(tokens.length ? [`=${sound(tokens.join(""))}`] : []);
  const parts = pieces(tokens);
  parts.forEach((one, place) => {
    for (const other of parts.slice(place + 1)) {
      found.add(pair(sound(one), sound(other)));
      if ([...one].length > 1) found.add(`~${pair(initial(one), sound(other))}`);
      if ([...other].length > 1) found.add(`~${pair(sound(one), initial(other))}`);
    }
  });
  return found;
}

/** Whether two names are the same words in any order. */
export function isSame(name, other) {
  const [one, two] = [name, other].map((each) => tokensOf(each).sort());
  return one.length > 0 && one.length === two.length && one.every((token, place) => token === two[place]);
}

async function hashed(salt, key) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(salt + key));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, HASH);
}

async function isBarred(name, known) {
  const barred = new Set(known.barred);
  if (!barred.size) return false;
  for (const key of keysOfTyped(name)) if (barred.has(await hashed(known.salt, key))) return true;
  return false;
}

/** The number of a house as it is compared: its first digits. */
export const houseNumber = (text) => /[0-9]+/.exec(text)?.[0].replace(/^0+(?=.)/, "") ?? "";

/** The guardian chosen by key, if called like a barred adult. */
const namesake = (to, known) => known.collect.find((each) => to.kind === "guardian" && to.person && each.kind === "guardian" && each.person === to.person && each.proofs);

/** Whether the photo ID says what is on file of this namesake of a barred adult. */
async function isProven(to, chosen, known) {
  const [[kind, value] = []] = Object.entries(to.check ?? {});
  if (to.id_seen !== true || !kind || !isSame(to.name ?? "", chosen.name)) return false;
  return chosen.proofs.includes(await hashed(known.salt, `${kind} ${kind === "house" ? houseNumber(value) : value}`));
}

const holdsOnAll = (each, days) => {
  const same = days.map((day) => day.collect.find((other) => other.kind === each.kind && other.person === each.person));
  if (same.includes(undefined)) return [];
  const asked = same.filter((other) => other.proofs);
  if (!asked.length) return [each];
  const proofs = asked[0].proofs.filter((proof) => asked.every((other) => other.proofs.includes(proof)));
  return proofs.length ? [{ ...asked[0], proofs }] : [];
};

/**
 * With whom a youth may leave at an instant (ms): what holds on its day, of the days a phone was given (`one`, and `later`, each
 * `from` an instant on). Where nobody can be sure of the time: what holds on all of them, as core/collecting.py's strictest.
 */
export function atTime(one, moment, sure) {
  const days = [one, ...(one.later ?? [])];
  if (sure) return days.filter((day, place) => place === 0 || Date.parse(day.from) <= moment).at(-1);
  return {
    barred: [...new Set(days.flatMap((day) => day.barred))],
    alone: days.every((day) => day.alone),
    collect: one.collect.flatMap((each) => holdsOnAll(each, days)),
  };
}

/** The one who may collect and is called so. */
export const named = (name, known) => known.collect.find((each) => isSame(name, each.name));

/**
 * Why a child may not leave so (a code), or null. Of a stop: why it was one.
 * `known`: {salt, barred: hashes, collect: [{kind, person, name, proofs: hashes or none}], alone}.
 */
export async function refusalToCollect(kind, to, known) {
  if (!to) return null;
  const name = to.name ?? "";
  const chosen = namesake(to, known);
  if (chosen && (kind === "leave" || to.check) && !(await isProven(to, chosen, known))) return "not_proven";
  if (chosen && kind === "leave") return null;
  if (await isBarred(name, known)) return "barred";
  if (kind === "stop") return named(name, known) ? "not_this_person" : "not_listed";
  if (to.kind === "alone") return known.alone ? null : "not_alone";
  if (to.kind === "guardian" && to.person) {
    return known.collect.some((each) => each.kind === "guardian" && each.person === to.person) ? null : "not_listed";
  }
  return to.name && named(name, known) ? null : "not_listed";
}
