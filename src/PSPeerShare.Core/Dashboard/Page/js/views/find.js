// Search over all peers, and fetch what was found.

import { call, lines, query } from "../api.js";
import { button, complain, empty, fill, h, icon, note, setText, spinner, toast } from "../dom.js";
import { ago, bytes, count, day, printable } from "../format.js";
import { pick } from "../picker.js";
import { state } from "../state.js";
import { VirtualList } from "../virtual.js";

const MB = 1024 * 1024;
const DAY = 86400000;
const PER_CALL = 10000;
const ROW = 64;
const SIZES = [["", "Any size"], [`-${MB}`, "Under 1 MB"], [`${MB}`, "Over 1 MB"], [`${100 * MB}`, "Over 100 MB"], [`${1024 * MB}`, "Over 1 GB"]];
const TIMES = [["", "Any time"], [DAY, "Last day"], [7 * DAY, "Last week"], [31 * DAY, "Last month"], [366 * DAY, "Last year"]];
const ORDERS = {
  found: ["As found", null],
  name: ["Name", (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)],
  large: ["Largest first", (a, b) => b.length - a.length],
  recent: ["Newest first", (a, b) => b.modified - a.modified],
};

// Who is asked for a content: somebody who answered, if anybody did.
const holderOf = (item) => item.files.find((file) => file.isOnline) ?? item.files[0];

export class FindView {
  constructor() {
    this.contents = [];
    this.away = 0;
    this.byHash = new Map();
    this.shown = [];
    this.selected = new Set();
    this.failures = [];
    this.active = 0;
    this.order = "found";
    this.isSearching = false;

    this.name = h("input", { class: "input", type: "search", placeholder: "Name or part of it, like report or *.iso", "aria-label": "Search for", autocomplete: "off", spellcheck: false });
    this.go = button("Search", { class: "primary", type: "submit" });
    const options = (entries) => entries.map(([value, label]) => h("option", { value }, label));
    this.size = h("select", { class: "input", "aria-label": "Size" }, options(SIZES));
    this.time = h("select", { class: "input", "aria-label": "Changed" }, options(TIMES));
    this.peer = h("select", { class: "input", "aria-label": "Peer" });
    this.sort = h("select", { class: "input", "aria-label": "Order", onchange: () => { this.order = this.sort.value; this.arrange(); } }, options(Object.entries(ORDERS).map(([key, [label]]) => [key, label])));
    this.told = h("h2", { role: "status" });
    this.all = button("Select all", { class: "small plain", onclick: () => this.selectAll() });
    this.problems = h("div", {});
    this.none = h("div", {});
    this.list = new VirtualList({
      height: () => ROW, role: "listbox", key: (item) => item.key, create: () => this.create(), update: (row, item, index) => this.update(row, item, index),
    });
    this.list.rows.setAttribute("aria-multiselectable", "true");
    this.list.rows.setAttribute("aria-label", "Results");
    this.list.element.addEventListener("keydown", (e) => this.onKey(e));
    this.bar = h("div", { class: "pick-bar", hidden: true });
    this.picked = h("span", { class: "grow" });
    this.keep = h("select", { class: "input", "aria-label": "When a name is taken" },
      options([["keep", "Keep existing files"], ["rename", "Take a new name"]]));
    this.keep.style.width = "auto";
    this.bar.append(this.picked, this.keep, button("Clear", { class: "small plain", onclick: () => this.select([]) }),
      button("Fetch to…", { class: "primary", onclick: () => this.fetch() }, "down"));

    this.element = h("section", { class: "view fills", "aria-labelledby": "find-title" },
      h("div", { class: "head" }, h("div", { class: "text" }, h("h1", { id: "find-title" }, "Find"))),
      h("form", { class: "card search", role: "search", onsubmit: (e) => { e.preventDefault(); void this.search(); } },
        h("div", { class: "box" }, icon("search"), this.name, this.go),
        h("div", { class: "filters" }, this.peer, this.size, this.time, this.sort)),
      this.problems,
      h("div", { class: "card results" }, h("header", {}, this.told, this.all), this.none, this.list.element, this.bar));
    for (const filter of [this.size, this.time, this.peer]) filter.addEventListener("change", () => { if (this.hasSearched) void this.search(); });
    this.drawResults();
  }

  enter() {
    if (matchMedia("(hover: hover)").matches) this.name.focus();
  }

  draw() {
    const known = JSON.stringify(state.peers.map((p) => [p.nodeId, p.name]));
    if (this.known === known) return;
    this.known = known;
    const { value } = this.peer;
    fill(this.peer, h("option", { value: "" }, state.peers.length === 1 ? "All peers (1)" : `All peers (${state.peers.length})`), state.peers.map((p) => h("option", { value: p.nodeId }, p.name)));
    this.peer.value = state.peers.some((p) => p.nodeId === value) ? value : "";
    if (!this.hasSearched) this.drawResults();
  }

  async search() {
    this.cut?.abort();
    const cut = new AbortController();
    this.cut = cut;
    this.hasSearched = true;
    this.isSearching = true;
    this.isCut = false;
    this.contents = [];
    this.away = 0;
    this.byHash.clear();
    this.failures = [];
    this.active = 0;
    this.list.element.scrollTop = 0;
    this.select([]);
    this.arrange();
    const size = this.size.value;
    try {
      await lines(`search${query({
        name: this.name.value.trim(),
        peers: this.peer.value,
        minimum: size && !size.startsWith("-") ? size : "",
        maximum: size.startsWith("-") ? size.slice(1) : "",
        after: this.time.value ? Date.now() - Number(this.time.value) : "",
      })}`, (found) => this.take(found), cut.signal);
    } catch (failure) {
      if (failure.name === "AbortError") return;
      this.failures.push({ peer: "", message: failure.message, action: failure.action });
    }
    if (this.cut === cut) {
      this.isSearching = false;
      this.arrange();
    }
  }

  take(found) {
    for (const line of found) {
      if (line.file) this.add(line.file);
      else if (line.failure) this.failures.push(line.failure);
      else if (line.done) this.isCut = line.isCut;
    }
    if (this.waiting) return;
    this.waiting = setTimeout(() => {
      this.waiting = 0;
      this.arrange();
    }, 200);
  }

  // The same content is one row, with all that have it.
  add(file) {
    const known = file.hash && this.byHash.get(file.hash);
    if (known) {
      known.files.push(file);
      if (file.isOnline && !known.isHere) {
        known.isHere = true;
        this.away--;
      }
      return;
    }
    const content = { key: `${file.nodeId}/${file.sharePath}`, name: file.name, length: file.length, modified: file.modified, files: [file], isHere: file.isOnline };
    this.away += file.isOnline ? 0 : 1;
    this.contents.push(content);
    if (file.hash) this.byHash.set(file.hash, content);
  }

  arrange() {
    const compare = ORDERS[this.order][1];
    this.shown = compare ? [...this.contents].sort(compare) : this.contents;
    this.list.set(this.shown);
    this.drawResults();
  }

  drawResults() {
    const { length } = this.contents;
    this.all.hidden = length === this.away;
    this.list.element.hidden = length === 0;
    fill(this.told, this.isSearching
      ? h("span", { class: "check" }, spinner(), length > 0 ? `${count(length, "file", "files")} so far` : "Asking the peers…")
      : this.hasSearched ? `${count(length, "file", "files")}${this.away > 0 ? `, ${this.away.toLocaleString("en")} off line` : ""}` : "Results");
    fill(this.problems,
      this.failures.slice(0, 3).map((f) => note(f.action ? `${f.message} ${f.action}` : f.message)),
      this.failures.length > 3 && note(`${this.failures.length - 3} more peers did not answer.`),
      this.isCut && note("These are the first 100,000 files. Search for more of the name to see the others.", "info"));
    this.problems.hidden = !this.problems.hasChildNodes();
    this.none.hidden = length > 0;
    const why = state.peers.length === 0 ? "peers" : this.isSearching ? "wait" : this.hasSearched ? "nothing" : "start";
    if (this.why === why) return;
    this.why = why;
    fill(this.none, {
      peers: () => empty("peers", "Nobody to ask yet", "Add a peer first; then everything it shares with you can be found here.", button("Add a peer", { class: "primary", onclick: () => { location.hash = "#/peers"; } }, "plus")),
      wait: () => null,
      nothing: () => empty("search", "Nothing found", "No peer that answered has a file like that. Try a shorter part of the name, or fewer filters."),
      start: () => empty("search", "Search all your peers at once", "Results come as the peers answer. Leave the box empty to list everything."),
    }[why]());
  }

  create() {
    const row = h("div", { class: "row result", role: "option" });
    row.parts = {
      tick: h("span", { class: "tick" }, icon("check", 14)), title: h("div", { class: "title cut" }), path: h("div", { class: "sub cut" }),
      size: h("span", { class: "size" }), when: h("span", { class: "when" }), holders: h("span", { class: "holders" }),
    };
    const { parts } = row;
    row.append(parts.tick, h("div", { class: "main" }, parts.title, parts.path), parts.holders, parts.when, parts.size);
    row.addEventListener("click", (e) => {
      this.active = row.index;
      if (e.shiftKey && this.anchor !== undefined) this.selectRange(this.anchor, row.index);
      else this.toggle(row.index);
      row.focus({ preventScroll: true });
    });
    return row;
  }

  update(row, item, index) {
    const { parts } = row;
    row.index = index;
    row.tabIndex = index === this.active ? 0 : -1;
    row.setAttribute("aria-selected", String(this.selected.has(item)));
    row.setAttribute("aria-disabled", String(!item.isHere));
    const { sharePath } = holderOf(item);
    const away = item.isHere ? "" : `off line, as of ${ago(Math.max(...item.files.map((f) => f.asOf ?? 0)))}`;
    setText(parts.title, item.name);
    setText(parts.path, [away, sharePath].filter(Boolean).join(" · "));
    parts.title.title = printable(sharePath);
    setText(parts.size, bytes(item.length));
    setText(parts.when, day(item.modified));
    const peers = [...new Set(item.files.map((f) => f.peer))];
    const holders = peers.join(", ");
    if (row.holders !== holders) {
      row.holders = holders;
      fill(parts.holders, h("span", { class: "chip cut", title: printable(holders) }, peers[0]), peers.length > 1 && h("span", { class: "chip accent" }, `+${peers.length - 1}`));
    }
    row.setAttribute("aria-label", printable([item.name, bytes(item.length), `from ${peers.join(", ")}`, away && `${away}, cannot be fetched now`].filter(Boolean).join(", ")));
  }

  onKey(e) {
    const page = Math.max(1, Math.floor(this.list.element.clientHeight / ROW) - 1);
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[e.key];
    if (move !== undefined) {
      e.preventDefault();
      const before = this.active;
      this.active = Math.min(this.shown.length - 1, Math.max(0, this.active + move));
      if (e.shiftKey) this.selectRange(this.anchor ?? before, this.active);
      this.list.scrollTo(this.active);
      this.list.rowOf(this.active)?.focus({ preventScroll: true });
    } else if (e.key === " ") {
      e.preventDefault();
      this.toggle(this.active);
    } else if (e.key === "a" && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      this.selectAll();
    } else if (e.key === "Enter") {
      if (this.selected.size === 0) this.toggle(this.active);
      void this.fetch();
    }
  }

  toggle(index) {
    const item = this.shown[index];
    if (!item) return;
    if (!item.isHere) {
      toast(`${printable(item.name)} cannot be fetched now.`, "bad", `${[...new Set(item.files.map((f) => printable(f.peer)))].join(", ")}: off line. This is what was announced before.`);
      return;
    }
    if (!this.selected.delete(item)) this.selected.add(item);
    this.anchor = index;
    this.drawSelection();
  }

  selectRange(from, to) {
    this.select(this.shown.slice(Math.min(from, to), Math.max(from, to) + 1));
  }

  selectAll() {
    this.select(this.selected.size === this.shown.length - this.away ? [] : this.shown);
  }

  select(items) {
    this.selected = new Set(this.away > 0 ? items.filter((item) => item.isHere) : items);
    this.drawSelection();
  }

  drawSelection() {
    let length = 0;
    for (const item of this.selected) length += item.length;
    this.bar.hidden = this.selected.size === 0;
    setText(this.picked, `${count(this.selected.size, "file", "files")} · ${bytes(length)}`);
    setText(this.all, this.selected.size === this.shown.length - this.away && this.selected.size > 0 ? "Select none" : "Select all");
    this.list.show();
  }

  async fetch() {
    if (this.selected.size === 0) return;
    const to = await pick({ title: "Fetch to which folder?", action: "Fetch here", wantsFolder: true, mayMake: true });
    if (!to) return;
    const files = [...this.selected].map(holderOf);
    try {
      for (let i = 0; i < files.length; i += PER_CALL) {
        await call("POST", "fetch", { files: files.slice(i, i + PER_CALL), root: to.root, path: to.path, existing: this.keep.value });
      }
      toast(`Fetching ${count(files.length, "file", "files")}.`, "good", to.shown);
      this.select([]);
      location.hash = "#/transfers";
    } catch (failure) {
      complain(failure);
    }
  }
}
