// Choose files here or drop them into the page, choose who gets them.

import { call, upload } from "../api.js";
import { badge, button, complain, empty, fill, h, icon, iconButton, setText, toast } from "../dom.js";
import { ago, bytes, count, printable } from "../format.js";
import { pick } from "../picker.js";
import { HandOverList } from "../handovers.js";
import { OrderList } from "../orders.js";
import { state } from "../state.js";

export class SendView {
  constructor() {
    this.files = [];
    this.receivers = new Set();
    this.isSending = false;
    this.input = h("input", { type: "file", multiple: true, class: "sr", tabIndex: -1, "aria-label": "Files of this browser's machine", onchange: () => { this.addDropped([...this.input.files].map((file) => [file.name, file])); this.input.value = ""; } });
    this.drop = h("div", { class: "drop" }, badge("up", "accent"), h("h2", {}, "Drop files or folders here"), h("p", { class: "muted" }, "or choose them:"),
      h("div", { class: "actions" },
        button("On the node's machine", { onclick: () => this.pick() }, "folder"),
        button("On this computer", { onclick: () => this.input.click() }, "file"), this.input));
    this.chosen = h("ul", { class: "chosen", "aria-label": "Chosen files" });
    this.list = h("div", { class: "receivers", role: "group", "aria-label": "Receivers" });
    this.folder = h("input", { class: "input", placeholder: "optional, like photos/2026", maxLength: 400, spellcheck: false });
    this.go = button("Send", { class: "primary", onclick: () => this.send() }, "send");
    this.status = h("span", { class: "muted", role: "status" });
    this.orders = new OrderList();
    this.handOvers = new HandOverList();
    this.element = h("section", { class: "view", "aria-labelledby": "send-title" },
      h("div", { class: "head" }, h("div", { class: "text" }, h("h1", { id: "send-title" }, "Send"), h("p", {}, "Files land in the receiver's inbox. Nothing there is ever replaced."))),
      h("div", { class: "send" },
        h("div", {}, h("div", { class: "card" }, h("header", {}, h("h2", {}, "What")), this.drop, this.chosen)),
        h("div", {}, h("div", { class: "card" }, h("header", {}, h("h2", {}, "To whom")), this.list,
          h("div", { class: "send-foot" },
            h("label", { class: "field" }, h("span", {}, "Folder in the inbox"), this.folder), this.go, this.status))),
        h("div", { class: "sent" }, this.handOvers.element, this.orders.element)));
    this.listen();
    this.drawFiles();
  }

  listen() {
    // A file that misses the target must not replace the page.
    for (const name of ["dragover", "drop"]) addEventListener(name, (e) => e.preventDefault());
    this.element.addEventListener("dragover", () => this.drop.classList.add("over"));
    for (const name of ["dragleave", "drop"]) this.element.addEventListener(name, () => this.drop.classList.remove("over"));
    this.element.addEventListener("drop", async (e) => {
      const entries = [...e.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
      const plain = [...e.dataTransfer.files].map((file) => [file.name, file]);
      this.addDropped(entries.some((entry) => entry.isDirectory) ? (await Promise.all(entries.map((entry) => below(entry, "")))).flat() : plain);
    });
  }

  draw() {
    this.handOvers.draw(state.handOvers);
    this.orders.draw(state.jobs.filter((job) => job.direction === "send"));
    const known = JSON.stringify(state.peers.map((p) => [p.nodeId, p.name]));
    if (this.known === known) return;
    this.known = known;
    for (const id of this.receivers) if (!state.peers.some((p) => p.nodeId === id)) this.receivers.delete(id);
    fill(this.list, state.peers.length === 0
      ? empty("peers", "No peers yet", "Add a peer to have someone to send to.", button("Add a peer", { onclick: () => { location.hash = "#/peers"; } }, "plus"))
      : state.peers.map((p) => h("label", { class: "receiver" },
        h("input", { type: "checkbox", value: p.nodeId, checked: this.receivers.has(p.nodeId), onchange: (e) => { if (e.target.checked) this.receivers.add(p.nodeId); else this.receivers.delete(p.nodeId); this.ready(); } }),
        h("span", { class: "main" }, h("div", { class: "title cut" }, p.name), h("div", { class: "muted cut" }, p.lastSeen ? `seen ${ago(p.lastSeen)}` : "not seen yet")))));
    this.ready();
  }

  async pick() {
    const picked = await pick({ title: "Choose files or folders", action: "Choose" });
    for (const item of picked ?? []) {
      if (!this.files.some((f) => f.root === item.root && f.path === item.path)) this.files.push(item);
    }
    this.drawFiles();
  }

  addDropped(entries) {
    for (const [name, file] of entries) this.files.push({ name, file, length: file.size });
    this.drawFiles();
  }

  drawFiles() {
    this.chosen.hidden = this.files.length === 0;
    fill(this.chosen, this.files.slice(0, 500).map((item) => {
      item.bar ??= h("div", {});
      item.told = h("span", { class: "muted" }, item.isFolder ? "folder" : bytes(item.length));
      return h("li", { class: "row" }, icon(item.isFolder ? "folder" : "file"),
        h("div", { class: "main" }, h("div", { class: "title cut", title: printable(item.name) }, item.name), item.file && item.isMoving && h("div", { class: "bar out" }, item.bar)),
        item.told, !this.isSending && iconButton("Remove", "close", { "aria-label": `Remove ${printable(item.name)}`, onclick: () => { this.files.splice(this.files.indexOf(item), 1); this.drawFiles(); } }));
    }), this.files.length > 500 && h("li", { class: "row" }, `and ${this.files.length - 500} more`));
    this.ready();
  }

  ready() {
    this.go.disabled = this.isSending || this.files.length === 0 || this.receivers.size === 0;
    if (this.isSending) return;
    setText(this.status, this.files.length === 0 ? "Choose files first." : this.receivers.size === 0 ? "Choose who gets them." :
      `${count(this.files.length, "item", "items")} to ${count(this.receivers.size, "peer", "peers")}.`);
  }

  async send() {
    const sent = [...this.files];
    this.isSending = true;
    this.ready();
    const uploads = [];
    try {
      await findRoom(sent.filter((f) => f.file).reduce((sum, f) => sum + f.length, 0));
      for (const item of sent.filter((f) => f.file)) {
        item.isMoving = true;
        this.drawFiles();
        setText(this.status, `Taking in ${item.name}…`);
        uploads.push(await upload(item.name, item.file, (loaded) => {
          setText(this.status, `Taking in ${item.name}: ${bytes(loaded)} of ${bytes(item.length)}`);
          item.bar.style.transform = `scaleX(${item.length > 0 ? loaded / item.length : 1})`;
        }));
      }
      await call("POST", "send", {
        peers: [...this.receivers], destination: this.folder.value.trim(), uploads,
        files: sent.filter((f) => !f.file).map((f) => ({ root: f.root, path: f.path })),
      });
      this.files = [];
      toast(`Sending ${count(sent.length, "item", "items")} to ${count(this.receivers.size, "peer", "peers")}.`);
      this.orders.element.scrollIntoView({ block: "nearest" });
    } catch (failure) {
      for (const id of uploads) call("DELETE", `uploads/${id}`).catch(() => {});
      complain(failure);
    } finally {
      for (const item of sent) item.isMoving = false;
      this.isSending = false;
      this.drawFiles();
    }
  }
}

// Files that are dropped pass through the node's disk. One that is too small is found out before they are on their way.
async function findRoom(length) {
  if (length === 0) return;
  const { free } = await call("GET", "uploads");
  if (free !== null && free < length) {
    throw Object.assign(new Error(`The node's disk has room for ${bytes(free)}; these files have ${bytes(length)}.`),
      { action: "Nothing was sent. Make room where the node's home is, or put the files on the node's machine and choose them there." });
  }
}

// All files below something that was dropped, with the folders in their names.
async function below(entry, above) {
  const name = `${above}${entry.name}`;
  if (entry.isFile) return [[name, await new Promise((resolve, reject) => entry.file(resolve, reject))]];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const child of some) found.push(...await below(child, `${name}/`));
  }
}
