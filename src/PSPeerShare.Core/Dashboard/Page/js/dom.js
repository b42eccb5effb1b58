// Elements, made one by one. Text becomes text nodes and nothing else; the page's policy forbids markup from strings.

import { printable } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";

// What is read aloud or shown on pointing is text of strangers too.
const SAID = new Set(["title", "aria-label"]);

export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, given] of Object.entries(properties ?? {})) {
    if (given === undefined || given === null || given === false) continue;
    const value = SAID.has(name) ? printable(given) : given;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.startsWith("aria") && !["list", "form", "role"].includes(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : printable(child));
  }
}

export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

// Puts a newer element in the place of another one; whoever had the focus in it has it on the same control.
export function renew(old, fresh) {
  const place = controls(old).indexOf(document.activeElement);
  old.replaceWith(fresh);
  if (place >= 0) controls(fresh)[place]?.focus();
}

export const controls = (element) => [...element.querySelectorAll("a[href], button, input, select, textarea")].filter((control) => !control.disabled);

export function setText(element, text) {
  const shown = printable(text);
  if (element.textContent !== shown) element.textContent = shown;
}

export function setClass(element, value) {
  if (element.className !== value) element.className = value;
}

const ICONS = {
  swap: ["M4 8h14", "m14 4 4 4-4 4", "M20 16H6", "m10 12-4 4 4 4"],
  search: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z", "m20 20-4-4"],
  send: ["M21 3 10 14", "m21 3-7 18-4-7-7-4 18-7Z"],
  peers: ["M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M2 21v-1a6 6 0 0 1 6-6h2a6 6 0 0 1 6 6v1", "M16 3.5a4 4 0 0 1 0 7", "M19 14.5a6 6 0 0 1 3 5.2V21"],
  folder: ["M3 7a2 2 0 0 1 2-2h4l2 2.5h8a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2Z"],
  file: ["M13 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V9Z", "M13 3v6h6"],
  down: ["M12 4v15", "m6 13 6 6 6-6"],
  up: ["M12 20V5", "m6 11 6-6 6 6"],
  check: ["m5 12.5 4.5 4.5L19 7.5"],
  alert: ["M12 8v5", "M12 16.5v.01", "M10.3 3.9 2.4 17.5A2 2 0 0 0 4.1 20.5h15.8a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z"],
  info: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M12 11v5", "M12 8v.01"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  pause: ["M9 5v14", "M15 5v14"],
  play: ["M7 4.5v15l12-7.5Z"],
  stop: ["M6.5 6.5h11v11h-11z"],
  plus: ["M12 5v14", "M5 12h14"],
  more: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  trash: ["M4 7h16", "M9 7V4h6v3", "m6 7 1 13h10l1-13"],
  edit: ["M4 20h4L19 9l-4-4L4 16Z", "m13 7 4 4"],
  refresh: ["M20 11a8 8 0 0 0-14.3-4L3 9.5", "M3 4v5.5h5.5", "M4 13a8 8 0 0 0 14.3 4l2.7-2.5", "M21 20v-5.5h-5.5"],
  copy: ["M9 9h11v11H9z", "M5 15H4V4h11v1"],
  key: ["M14.5 14a5 5 0 1 0-4.6-3L3 18v3h4v-2.5h2.5V16l2.4-2.4a5 5 0 0 0 2.6.4Z", "M16 8v.01"],
  inbox: ["M3 13h5l1.5 3h5L16 13h5", "M5.5 5h13L21 13v6H3v-6Z"],
  link: ["M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7L12 7", "M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7L12 17"],
  right: ["m9 5 7 7-7 7"],
  lock: ["M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M12 7v5l3 2"],
};

export function icon(name, size = 20) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor",
    "stroke-width": name === "more" ? 3 : 1.8, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
  })) svg.setAttribute(key, value);
  for (const data of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", data);
    svg.append(path);
  }
  return svg;
}

export function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

export const button = (label, properties, iconName) =>
  h("button", { type: "button", ...properties, class: `button ${properties.class ?? ""}` }, iconName && icon(iconName, 17), label);

export const iconButton = (label, iconName, properties) =>
  h("button", { type: "button", title: label, "aria-label": label, ...properties, class: `icon-button ${properties.class ?? ""}` }, icon(iconName, 18));

export const badge = (iconName, kind = "") => h("span", { class: `badge ${kind}` }, icon(iconName, 19));

export const empty = (iconName, title, text, ...actions) =>
  h("div", { class: "empty" }, badge(iconName, "accent"), h("h2", {}, title), h("p", {}, text), actions.length > 0 && h("div", { class: "actions" }, actions));

export const note = (text, kind = "") => h("div", { class: `note ${kind}` }, icon(kind === "info" ? "info" : "alert", 18), h("div", {}, text));

export const spinner = () => h("span", { class: "spinner", "aria-hidden": "true" });

export function toast(text, kind = "good", detail = "") {
  const element = h("div", { class: `toast ${kind}` }, icon(kind === "bad" ? "alert" : "check", 19),
    h("div", { class: "main" }, text, detail && h("small", {}, detail)));
  const all = document.getElementById("toasts");
  all.append(element);
  while (all.children.length > 4) all.firstChild.remove();
  setTimeout(() => element.remove(), kind === "bad" ? 9000 : 5000);
}

export const complain = (failure) => toast(failure.message, "bad", failure.action ?? "");

// A dialog that belongs to the page while it is open. `build` gets a function that closes it.
export function dialog(title, build) {
  const element = h("dialog", { "aria-label": title });
  return new Promise((resolve) => {
    let result;
    const close = (value) => {
      result = value;
      element.close();
    };
    element.addEventListener("close", () => {
      element.remove();
      resolve(result);
    });
    element.append(
      h("header", {}, h("h2", {}, title), iconButton("Close", "close", { onclick: () => close() })),
      ...build(close, element));
    document.body.append(element);
    element.showModal();
    element.querySelector("[autofocus], .input, .content button")?.focus();
  });
}

export const confirmation = (title, text, action, isDanger = true) => dialog(title, (close) => [
  h("div", { class: "content" }, h("p", { class: "muted" }, text)),
  h("footer", {}, button("Cancel", { onclick: () => close(false) }), button(action, { class: isDanger ? "danger" : "primary", onclick: () => close(true) })),
]);

export function copyBox(text, isBig = false) {
  const copy = button("Copy", {
    class: "small",
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(text);
        toast("Copied.");
      } catch {
        const range = document.createRange();
        range.selectNodeContents(code);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        toast("Press Ctrl+C to copy.");
      }
    },
  }, "copy");
  const code = h("code", {}, text);
  return h("div", { class: `copy ${isBig ? "big" : ""}` }, code, copy);
}
