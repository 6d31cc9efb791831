// Pushes on this device: why there are none, or the subscription, which a form sends.
"use strict";

const box = document.querySelector("#push");
const form = box.querySelector("form[data-why=off]");
const explain = (name, detail = "") => {
  box.querySelectorAll("[data-why]").forEach((each) => { each.hidden = each.dataset.why !== name; });
  box.querySelectorAll("[data-detail]").forEach((each) => { each.textContent = detail; });
};
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const send = (subscription) => {
  const { endpoint } = subscription;
  const [key, secret] = ["p256dh", "auth"].map((name) => toText(subscription.getKey(name)));
  Object.entries({ endpoint, public_key: key, secret, key: box.dataset.key }).forEach(([name, value]) => { form.elements[name].value = value; });
  form.submit();
};

const subscribe = async () => {
  if (await Notification.requestPermission() !== "granted") return explain("denied");
  const { pushManager } = await navigator.serviceWorker.ready;
  const former = await pushManager.getSubscription();
  if (former && toText(former.options.applicationServerKey ?? new ArrayBuffer(0)) !== box.dataset.key) await former.unsubscribe();
  try {
    send(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: toBytes(box.dataset.key) }));
  } catch (error) {
    explain("service", `${error.name}: ${error.message}`);
  }
};

const look = async () => {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return explain("unsupported");
  if (Notification.permission === "denied") return explain("denied");
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.getSubscription();
  const hash = subscription && await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  const name = hash && [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const own = name && document.querySelector(`[data-device="${name}"]`);
  if (own) own.querySelector("[data-here]").hidden = false;
  explain(own ? "on" : "off");
};

form.addEventListener("submit", (event) => { event.preventDefault(); subscribe().catch((error) => explain("service", error.name)); });
look().catch(() => explain("unsupported"));
