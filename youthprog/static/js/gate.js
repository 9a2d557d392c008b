// One youth at the gate without a network: arriving, and leaving with somebody who may. The rules are collecting.js;
// every answer is a deed like any other. With a network the names lead to the pages instead.

const LATE_AFTER = 15 * 60_000; // ms after the start; attendance/card_rules.py says the same
const HALVES = { en: ["am", "pm"], es: ["a.m.", "p.m."] };
const SAW = { id: true, known: false };

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const moment = (value) => Date.parse(value);

/** Which mark an arrival gives; none for who is not cleared and watches. */
export function markOf(who, at, startsAt) {
  if (!who.cleared) return null;
  if (who.walked_in) return "walk_in";
  return at > startsAt + LATE_AFTER ? "late" : "present";
}

/** What a deed of coming or going changes on this phone. */
export function passed(who, deed) {
  if (deed.kind === "arrive") return { in_at: who.in_at ?? deed.at, out_at: null, left_with: null, last: deed.id };
  if (deed.kind === "leave") return { out_at: deed.at, left_with: deed.to?.name ?? null, last: deed.id };
  return {};
}

/**
 * The dialog. `desk` is what it works with: here() the snapshot, who(id), say(id, deed), deedOf(kind, id, more),
 * seen(id), now(), isSure() of the time, isOver(): it was kept too long; `rules` is collecting.js.
 */
export function gate(dialog, desk, { named, refusalToCollect, atTime }) {
  const words = dialog.dataset;
  const part = (name) => dialog.querySelector(`[data-${name}]`);
  const title = dialog.querySelector("h2");
  const typed = dialog.querySelector('[data-step="else"] input');
  const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: desk.here().zone });
  let id;
  let chosen;
  const who = () => desk.who(id);
  const first = () => who().first ?? who().name;
  const known = () => {
    const one = { collect: [], barred: [], ...who() };
    const holds = atTime(one, desk.now(), desk.isSure() && !desk.isOver());
    return { ...one, ...holds, ...(desk.isOver() ? { collect: [], alone: false } : {}), salt: desk.here().salt };
  };

  /** 5:30 pm, 5:30 p.m.: as core/dates.py writes it. */
  function time(value) {
    const [hour, minutes] = clock.format(moment(value)).split(":");
    const halves = HALVES[document.documentElement.lang] ?? HALVES.en;
    return `${((Number(hour) + 11) % 12) + 1}:${minutes} ${halves[Number(hour >= 12)]}`;
  }

  function step(name, says, values = {}) {
    for (const each of dialog.querySelectorAll("[data-step]")) each.hidden = each.dataset.step !== name;
    title.textContent = says ? fill(words[says], { name: first(), ...values }) : who().name;
    title.focus();
  }

  function passage(one) {
    if (one.out_at) return fill(one.left_with ? words.leftWith : words.left, { time: time(one.out_at), name: one.left_with });
    return one.in_at ? fill(words.since, { time: time(one.in_at) }) : "";
  }

  function youth() {
    const one = who();
    const isHere = one.in_at && !one.out_at;
    part("passage").textContent = passage(one) || words.absent;
    part("reason").textContent = (one.reasons ?? []).map((each) => each.says).join(" ");
    part("reason").hidden = one.cleared;
    dialog.querySelector('[data-do="here"]').hidden = Boolean(isHere);
    dialog.querySelector('[data-do="who"]').hidden = !isHere || !one.collect;
    dialog.querySelector('[data-do="back"]').hidden = !one.last;
    step("youth");
  }

  function choose() {
    const { collect, alone } = known();
    part("people").replaceChildren(...collect.map((each) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button big wide" });
      button.append(each.name, each.relation ? ` (${each.relation})` : "");
      button.addEventListener("click", () => ask(each));
      return button;
    }));
    part("nobody").hidden = collect.length > 0;
    dialog.querySelector('[data-do="alone"]').hidden = !alone;
    step("who", "who");
  }

  function ask(each) {
    chosen = each;
    const [kind] = each.checks ?? [];
    const field = dialog.querySelector('[data-step="compare"] input');
    Object.assign(field, { name: kind ?? "", type: kind === "house" ? "text" : "date", value: "" });
    words.born ??= field.labels[0].textContent;
    field.labels[0].textContent = kind === "house" ? words.house : words.born;
    part("one-of-two").textContent = fill(words.oneOfTwo, { name: first() });
    step(kind ? "compare" : "id", "id", { name: each.name });
  }

  /** Say it, if the rules let it pass; else say that it was stopped, and why. */
  async function leave(kind, to) {
    const why = await refusalToCollect(kind, to, known());
    await desk.say(id, desk.deedOf(why && kind === "leave" ? "stop" : kind, id, { to }));
    if (why) stop(why, to);
    else dialog.close();
  }

  function stop(why, to) {
    part("stopped").textContent = to.name ?? "";
    const text = { not_listed: words.notListed, not_alone: words.notAlone, not_proven: words.notProven }[why] ?? words.barred;
    part("why").textContent = fill(text, { name: first() });
    part("keeps").textContent = fill(words.keep, { name: first() });
    part("calls").replaceChildren(...known().collect.filter((each) => each.phone).map((each) => {
      const link = Object.assign(document.createElement("a"), { className: "button wide", href: `tel:${each.phone}` });
      link.textContent = each.name;
      return link;
    }));
    step("stop", why === "not_alone" ? "stopAlone" : "stop");
  }

  async function check(name) {
    const why = await refusalToCollect("leave", { kind: "listed", name }, known());
    if (why) await leave("stop", { kind: null, name });
    else ask(named(name, known()));
  }

  const person = (each) => (each.kind === "guardian" ? each.person : null);
  const deeds = {
    here: () => {
      const mark = markOf(who(), desk.now(), moment(desk.here().starts_at));
      return desk.say(id, desk.deedOf("arrive", id, mark ? { mark, saw: desk.seen(id) } : {})).then(() => dialog.close());
    },
    who: choose,
    alone: () => step("alone", "alone"),
    else: () => { typed.value = ""; step("else", "else"); typed.focus(); },
    "yes-alone": () => leave("leave", { kind: "alone" }),
    id: () => leave("leave", { kind: chosen.kind, name: chosen.name, person: person(chosen), id_seen: SAW.id }),
    known: () => leave("leave", { kind: chosen.kind, name: chosen.name, person: person(chosen), id_seen: SAW.known }),
    no: () => leave("stop", { kind: null, name: chosen.name, id_seen: true }),
    back: () => desk.say(id, desk.deedOf("take_back", id, { undoes: who().last })).then(() => dialog.close()),
    close: () => dialog.close(),
  };
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) deeds[button.dataset.do]();
  });
  /** The photo ID of somebody called like a barred adult says something: it must be what is on file. */
  function compare(form) {
    const [[kind, value]] = new FormData(form);
    if (value) leave("leave", { kind: chosen.kind, name: chosen.name, person: person(chosen), id_seen: true, check: { [kind]: value } });
  }

  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (event.target.dataset.step === "compare") return compare(event.target);
    const name = typed.value.trim();
    if (name) check(name);
  });
  return {
    open: (one) => { id = one; youth(); dialog.showModal(); },
    passage,
  };
}
