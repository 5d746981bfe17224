import { element } from "./dom.js";

const KEY = "laminar.token";
let asking = null;

export function token() {
  return sessionStorage.getItem(KEY);
}

/** Asks for a token, once however many ask at the same time. It lives as long as the tab. */
export function askForToken(reason) {
  asking ??= new Promise((resolve) => {
    const input = element("input", { type: "password", id: "token", autocomplete: "off", spellcheck: "false", required: true });
    const form = element("form", { method: "dialog" },
      element("p", { text: reason || "This server wants to know who asks." }),
      element("label", { for: "token", text: "Token" }), input,
      element("p", { class: "faint", text: "Kept in this tab alone, until it is closed." }),
      element("div", { class: "buttons" }, element("button", { class: "primary", text: "Continue" })));
    const dialog = element("dialog", { "aria-labelledby": "token-title" }, element("h2", { id: "token-title", text: "Token" }), form);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(KEY, input.value.trim());
      dialog.remove();
      asking = null;
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
  return asking;
}
