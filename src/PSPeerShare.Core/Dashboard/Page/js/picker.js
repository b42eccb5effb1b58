// Files and folders of the node's machine, below the folders that the dashboard was opened for.

import { call, query } from "./api.js";
import { button, controls, dialog, empty, fill, h, icon, note, spinner } from "./dom.js";
import { bytes, count, day } from "./format.js";

const join = (path) => path.join("/");

// Resolves to a list of { root, path, name, isFolder, length } or, for a folder, to one of them.
export function pick({ title, action, wantsFolder = false, mayMake = false }) {
  return dialog(title, (close) => {
    const crumbs = h("nav", { class: "crumbs", "aria-label": "Folder" });
    const place = h("div", { class: "picker", role: "group", "aria-label": "Content of the folder" });
    const made = h("input", { class: "input", placeholder: "New folder here (optional)", "aria-label": "New folder", maxLength: 200 });
    const told = h("span", { class: "grow" });
    const chosen = new Map();
    let root = null;
    let path = [];
    const accept = button(action, {
      class: "primary",
      onclick: () => close(wantsFolder
        ? { root: root.id, path: join([...path, ...made.value.split("/").filter(Boolean)]), shown: [root.path, ...path, made.value].filter(Boolean).join("/") }
        : [...chosen.values()]),
    });

    const ready = () => {
      accept.disabled = wantsFolder ? root === null : chosen.size === 0;
      made.hidden = !mayMake || root === null;
      if (!wantsFolder) fill(told, chosen.size > 0 ? `${count(chosen.size, "item", "items")} chosen` : "Folders are sent with all that is in them.");
      else fill(told, root ? "" : "Open a folder first.");
    };

    const go = async (newRoot, newPath) => {
      // Who steps through folders by keyboard goes on in the folder that opens.
      const isStepping = !place.hasChildNodes() || place.contains(document.activeElement) || crumbs.contains(document.activeElement);
      root = newRoot;
      path = newPath;
      ready();
      drawCrumbs();
      fill(place, h("div", { class: "empty" }, spinner()));
      try {
        if (root === null) {
          const { roots } = await call("GET", "folders");
          fill(place, roots.map((r) => line(null, r.name, r.path, "folder", () => go(r, []))));
          if (roots.length === 0) fill(place, empty("folder", "No folders", "Open the dashboard with -Root to choose which folders it shows."));
          return;
        }
        const { entries, isCut, skipped } = await call("GET", `folders/${root.id}${query({ path: join(path) })}`);
        fill(place,
          entries.filter((e) => !wantsFolder || e.isFolder).map((e) => entryLine(e)),
          entries.length === 0 && h("p", { class: "empty" }, "This folder is empty."),
          isCut && note("Only the first 5,000 entries are shown."),
          skipped > 0 && note(`${count(skipped, "link or special file is", "links or special files are")} not shown.`, "info"));
      } catch (failure) {
        fill(place, h("div", { class: "content" }, note(failure.message, "bad")));
      } finally {
        if (isStepping) (controls(place)[0] ?? controls(crumbs).at(-1)).focus();
      }
    };

    const entryLine = (entry) => {
      const full = [...path, entry.name];
      const key = `${root.id}/${join(full)}`;
      const at = root;
      const box = wantsFolder ? null : h("input", {
        type: "checkbox", "aria-label": entry.name, checked: chosen.has(key),
        onclick: (e) => e.stopPropagation(),
        onchange: (e) => {
          if (e.target.checked) chosen.set(key, { root: at.id, path: join(full), name: entry.name, isFolder: entry.isFolder, length: entry.length });
          else chosen.delete(key);
          ready();
        },
      });
      return line(box, entry.name, entry.isFolder ? "" : `${bytes(entry.length)} · ${day(entry.modified)}`, entry.isFolder ? "folder" : "file",
        entry.isFolder ? () => go(at, full) : () => box.click());
    };

    const line = (box, name, text, iconName, onOpen) => h("div", { class: "row" }, box,
      h("button", { type: "button", class: "row entry main", onclick: onOpen },
        icon(iconName, 19), h("span", { class: "main cut title" }, name), h("span", { class: "muted cut" }, text), iconName === "folder" && icon("right", 16)));

    const drawCrumbs = () => fill(crumbs,
      h("button", { type: "button", class: "cut", onclick: () => go(null, []) }, "This machine"),
      root && [h("span", { "aria-hidden": "true" }, "/"), h("button", { type: "button", class: "cut", onclick: () => go(root, []) }, root.name)],
      path.map((name, i) => [h("span", { "aria-hidden": "true" }, "/"), h("button", { type: "button", class: "cut", onclick: () => go(root, path.slice(0, i + 1)) }, name)]));

    void go(null, []);
    return [
      h("div", { class: "content" }, crumbs, place, made),
      h("footer", {}, told, button("Cancel", { onclick: () => close() }), accept),
    ];
  });
}

