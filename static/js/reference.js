// Search in the API reference: hides the routes that lack one of the words.
"use strict";

const box = document.querySelector("#reference-search");
const routes = [...document.querySelectorAll(".route")].map((route) => ({
  parts: [route, document.querySelector(`[data-for="${route.id}"]`)],
  text: route.textContent.toLowerCase(),
}));

const search = () => {
  const words = box.value.toLowerCase().split(/\s+/);
  let found = 0;
  for (const { parts, text } of routes) {
    const isFound = words.every((word) => text.includes(word));
    found += isFound;
    for (const part of parts) part.hidden = !isFound;
  }
  for (const part of document.querySelectorAll(".reference-api, .reference-list")) {
    part.hidden = !part.querySelector(".route:not([hidden]), li:not([hidden])");
  }
  document.querySelector("#reference-none").hidden = found > 0;
  document.querySelector("#reference-found").textContent = found;
};

box.parentElement.hidden = false;
box.addEventListener("input", search);
