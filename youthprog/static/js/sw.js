// Network first, GET only. Without a network every page answers with an empty shell, which opens the register that the
// page itself has kept, encrypted (outbox.js), or leads to it. Nothing is put into the cache here: a page with a name in it never is.

const SHELL = "youthprog-shell";
const OFFLINE = "/offline";
const PATIENCE = 10_000; // ms: a network that does not answer is none
const DOWN = [502, 503, 504];

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function page(request) {
  const shell = await caches.match(OFFLINE, { cacheName: SHELL, ignoreSearch: true });
  if (!shell) return fetch(request);
  try {
    const late = new Promise((_resolve, reject) => { setTimeout(reject, PATIENCE); });
    const answer = await Promise.race([fetch(request), late]);
    return DOWN.includes(answer.status) ? shell : answer;
  } catch {
    return shell;
  }
}

async function file(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request, { cacheName: SHELL })) ?? Response.error();
  }
}
