// Elements. Text of others reaches the page by text nodes alone; there is no way here to make markup of a string.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An HTML element. Attributes by name; "text" is its text, "on" its listeners. Children are nodes or texts. */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An element of SVG. */
export function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Sets the text of a node where it is another. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A modal dialog that is gone when it is closed, or another view is shown. */
export function showDialog(title, ...children) {
  const close = element("button", { type: "button", text: "Close", on: { click: () => dialog.close() } });
  const heading = element("h2", { id: "dialog-title", text: title });
  const dialog = element("dialog", { class: "passing", "aria-labelledby": "dialog-title" }, heading, ...children, element("div", { class: "buttons" }, close));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
