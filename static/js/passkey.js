// Forms that ask the browser to make or use a passkey (data-passkey holds what it is asked), and send its answer.
"use strict";

const fromText = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const withBytes = (entry) => ({ ...entry, id: fromText(entry.id) });

const ask = (text) => {
  const publicKey = JSON.parse(text);
  publicKey.challenge = fromText(publicKey.challenge);
  for (const name of ["allowCredentials", "excludeCredentials"]) publicKey[name] = publicKey[name]?.map(withBytes);
  if (!publicKey.user) return navigator.credentials.get({ publicKey });
  publicKey.user = withBytes(publicKey.user);
  return navigator.credentials.create({ publicKey });
};
const write = ({ id, type, response }) => {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].filter((name) => response[name]);
  return JSON.stringify({ id, rawId: id, type, response: Object.fromEntries(parts.map((name) => [name, toText(response[name])])) });
};

all("form[data-passkey]").forEach((form) => {
  const button = one("button", form);
  const say = (name) => form.querySelectorAll("[data-when]").forEach((text) => {
    text.hidden = text.dataset.when !== name;
    if (text.hidden || name === "unknown") return;
    text.className = "message message-error";
    text.role = "alert";
  });
  if (!window.PublicKeyCredential) return say("unknown");
  button.hidden = false;
  if ("focus" in form.dataset) button.focus();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // app.js would keep the button disabled when the browser makes none.
    event.stopPropagation();
    button.disabled = true;
    say("");
    try {
      form.credential.value = write(await ask(form.dataset.passkey));
      form.submit();
    } catch ({ name }) {
      say(one(`[data-when="${name}"]`, form) ? name : "failed");
      button.disabled = false;
    }
  });
});
