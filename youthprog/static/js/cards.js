// Whose card it is: attendance/card_rules.py and attendance/cards.py, step by step, for a phone without a network.
// tests/rules/test_cards_twin.py holds both to the same answers. Of other youth than the door's list a phone has salted hashes alone.

const LENGTH = 10;
const LONGEST = 200;
const HASH = 10; // hexadecimal digits kept of a hash
const LETTERS = /^[A-HJ-NP-Z2-9]+$/; // core/crypto.py: CODE_LETTERS
const BETWEEN = /[\s\-\u2010-\u2015.]/gu;
const ADDRESS = /^(?:([a-z][a-z0-9+.-]*):)?\/\/([^/?#]*)([^?#]*)/i;
const PATH = /^\/k\/([^/?#]*)\/?$/;

function letters(text) {
  const code = text.replace(BETWEEN, "").toUpperCase();
  return code.length === LENGTH && LETTERS.test(code) ? code : null;
}

/** {code}, or {refusal} where a text holds none of ours. */
export function codeIn(text, host) {
  const said = [...text].slice(0, LONGEST).join("").trim();
  if (!said.includes("/")) {
    const code = letters(said);
    return code ? { code } : { refusal: "foreign_code" };
  }
  const [, scheme = "", where, path] = ADDRESS.exec(said.includes("//") ? said : `//${said}`) ?? [];
  const code = letters(PATH.exec(path ?? "")?.[1] ?? "");
  if (!code || !["", "http", "https"].includes(scheme.toLowerCase())) return { refusal: "foreign_code" };
  return where.toLowerCase() === host.toLowerCase() ? { code } : { refusal: "other_department" };
}

async function hashed(salt, code) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(salt + code));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, HASH);
}

/**
 * What a scanned or typed text means at this door: {youth} of the door's list; {as} belongs, walk_in or watches, of somebody
 * not named here; or {refusal, says}. `door` is what /gatherings/<id>/cards.json gave.
 */
export async function resolve(text, door) {
  const read = codeIn(text, door.host);
  if (read.refusal) return { refusal: read.refusal, says: door.says[read.refusal] };
  const key = await hashed(door.salt, read.code);
  const meaning = door.cards[key];
  if (meaning === undefined && door.ended[key]) return { refusal: "ended_code", says: door.ended[key] };
  if (typeof meaning === "number") return { youth: meaning };
  const refusal = meaning === undefined ? "foreign_code" : meaning === "not_enrolled" ? meaning : null;
  return refusal ? { refusal, says: door.says[refusal] } : { as: meaning };
}
