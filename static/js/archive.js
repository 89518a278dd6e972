// SPDX-License-Identifier: BSD-3-Clause
// Small comforts; every page works without them.
"use strict";

for (const block of document.querySelectorAll(".copy")) {
  const source = block.querySelector("pre");
  if (!source || !navigator.clipboard) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small copy__button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  block.append(button);
}

// Only one help bubble at a time; Escape or a click elsewhere closes it.
const bubbles = () => document.querySelectorAll("details.help[open]");
document.addEventListener("click", (event) => {
  for (const bubble of bubbles()) if (!bubble.contains(event.target)) bubble.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const bubble of bubbles()) bubble.open = false;
});

// Empty fields need not travel in the address.
for (const form of document.querySelectorAll("form[data-clean]")) {
  form.addEventListener("formdata", (event) => {
    for (const name of [...new Set(event.formData.keys())]) {
      const filled = event.formData.getAll(name).filter((value) => value !== "");
      event.formData.delete(name);
      for (const value of filled) event.formData.append(name, value);
    }
  });
}
