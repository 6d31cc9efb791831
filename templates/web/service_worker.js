// Shows the page /offline when there is no network, and pushes. Nothing else is kept.
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

// A push says how many things of which type are new, {"type": "message", "count": 2, "id": "…", "language": "fr"}: the
// words are here, in the language of whom it is for. One from before it said so is in the browser's.
const TEXTS = {{ texts }};
const browsers = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in TEXTS) ?? "en";

addEventListener("push", (event) => {
  const { type, count, id, language } = event.data.json();
  const texts = TEXTS[language] ?? TEXTS[browsers];
  const body = count > 1 ? texts.many.replace("%(n)s", count) : texts[type] ?? texts.other;
  const options = { body, lang: language ?? browsers, tag: type === "test" ? "test" : "news", data: { type, id }, icon: "{{ icon|escapejs }}" };
  event.waitUntil(registration.showNotification("Vestibule", options));
});

addEventListener("notificationclick", (event) => {
  const { type, id } = event.notification.data;
  event.notification.close();
  const open = async () => {
    if (type === "test") return clients.openWindow("/settings/notifications");
    // Seen, even where the page does not load.
    fetch(`/notifications/${id}/seen`, { method: "POST" }).catch(() => {});
    return clients.openWindow(`/notifications/${id}`);
  };
  event.waitUntil(open());
});
