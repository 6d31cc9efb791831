// Shows the page /offline when there is no network. Nothing else is kept.
"use strict";

const KEPT = "offline-{{ version }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];

addEventListener("install", (event) => {
  skipWaiting();
  // Without cookies: it is the page of nobody.
  const requests = ["/offline", ...FILES].map((url) => new Request(url, { credentials: "omit", cache: "no-cache" }));
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(requests)));
});

addEventListener("activate", (event) => {
  const former = (names) => names.filter((name) => name !== KEPT).map((name) => caches.delete(name));
  event.waitUntil(caches.keys().then((names) => Promise.all(former(names))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const isPage = request.mode === "navigate" && request.method === "GET";
  const isKept = FILES.includes(new URL(request.url).pathname);
  if (!isPage && !isKept) return;
  event.respondWith(fetch(request).catch(async () => {
    const answer = await caches.match(isPage ? "/offline" : new URL(request.url).pathname);
    return answer ?? Response.error();
  }));
});
