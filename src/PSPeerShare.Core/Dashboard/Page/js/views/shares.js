// What is shared with whom, and what arrived.

import { call, query } from "../api.js";
import { badge, button, complain, confirmation, dialog, empty, fill, h, iconButton, note, setText, toast } from "../dom.js";
import { ago, bytes, count, printable } from "../format.js";
import { pick } from "../picker.js";
import { state } from "../state.js";

const INBOX_INTERVAL = 5000;

export class SharesView {
  constructor() {
    this.shares = h("div", { class: "card plain-list" });
    this.inbox = h("div", { class: "card plain-list" });
    this.element = h("section", { class: "view", "aria-labelledby": "shares-title" },
      h("div", { class: "head" }, h("div", { class: "text" }, h("h1", { id: "shares-title" }, "Shares and inbox")),
        h("div", { class: "actions" }, button("Share a folder", { class: "primary", onclick: () => this.add() }, "plus"))),
      this.shares, this.inbox);
  }

  enter() {
    this.timer = setInterval(() => this.loadInbox(), INBOX_INTERVAL);
    void this.loadInbox();
  }

  leave() {
    clearInterval(this.timer);
  }

  draw() {
    const look = JSON.stringify(state.shares.map((share) => ({ ...share, entries: null, unhashed: null })));
    if (this.look === look) {
      state.shares.forEach((share, i) => hashing(this.slots[i], share));
      return;
    }
    this.look = look;
    this.slots = state.shares.map((share) => hashing(h("div", { class: "hashing" }), share));
    fill(this.shares, h("header", {}, h("h2", {}, "Shared by this machine")), state.shares.length === 0
      ? empty("folder", "Nothing is shared", "Share a folder and the peers that you trust can find and fetch what is in it.")
      : h("ul", {}, state.shares.map((share, i) => h("li", { class: "row" }, badge("folder", share.problem ? "bad" : "accent"),
        h("div", { class: "main" }, h("div", { class: "title cut" }, share.name), h("div", { class: "sub cut", title: printable(share.path) }, share.path), this.slots[i]),
        share.problem && h("span", { class: "chip bad", title: share.problem }, share.problem),
        h("span", { class: "chip", title: share.peers?.join(", ") }, share.peers ? share.peers.join(", ") : "all peers"),
        !share.isPersistent && h("span", { class: "chip warn", title: "Until the node stops" }, "this run"),
        iconButton("Stop sharing", "trash", { class: "danger", "aria-label": `Stop sharing ${printable(share.name)}`, onclick: () => this.remove(share) })))));
  }

  async loadInbox() {
    try {
      const { inbox, files, isCut } = await call("GET", "inbox");
      const look = JSON.stringify([inbox, files]);
      if (this.inboxLook === look) return;
      this.inboxLook = look;
      fill(this.inbox, h("header", {}, h("h2", {}, "Inbox"), inbox && h("span", { class: "muted cut mono", title: printable(inbox) }, inbox)),
        !inbox ? empty("inbox", "No inbox", "Start the node with -Inbox to let peers that have the Write right send you files.")
          : files.length === 0 ? empty("inbox", "Nothing has arrived", "Files that peers send you show up here, each peer's in a folder of its own.")
            : h("ul", {}, files.map((file) => h("li", { class: "row" }, badge("file", "good"),
              h("div", { class: "main" }, h("div", { class: "title cut" }, file.name), h("div", { class: "sub cut" }, [file.from, file.folder].filter(Boolean).join(" / "))),
              h("span", { class: "muted" }, ago(file.modified)), h("span", {}, bytes(file.length))))),
        isCut && note("Only the newest 500 files are shown.", "info"));
    } catch (failure) {
      fill(this.inbox, h("header", {}, h("h2", {}, "Inbox")), h("div", { class: "content" }, note(failure.message, "bad")));
      this.inboxLook = null;
    }
  }

  async add() {
    const folder = await pick({ title: "Share which folder?", action: "Choose", wantsFolder: true });
    if (!folder) return;
    await dialog("Share a folder", (close) => {
      const name = h("input", { class: "input", placeholder: "the folder's own name", maxLength: 200 });
      const boxes = state.peers.map((p) => h("input", { type: "checkbox", value: p.nodeId }));
      return [
        h("form", {
          class: "content", id: "share",
          onsubmit: async (e) => {
            e.preventDefault();
            try {
              const { share } = await call("POST", "shares", {
                root: folder.root, path: folder.path, name: name.value.trim() || null, peers: boxes.filter((b) => b.checked).map((b) => b.value),
              });
              toast(`${printable(share.name)} is shared.`);
              close();
            } catch (failure) {
              complain(failure);
            }
          },
        },
        h("p", { class: "mono" }, folder.shown),
        h("label", { class: "field" }, h("span", {}, "Name"), name),
        h("fieldset", { class: "field" }, h("legend", {}, "Who may see it (nobody chosen: every peer)"),
          state.peers.map((p, i) => h("label", { class: "check" }, boxes[i], p.name)))),
        h("footer", {}, button("Cancel", { onclick: () => close() }), h("button", { type: "submit", class: "button primary", form: "share" }, "Share")),
      ];
    });
  }

  async remove(share) {
    if (await confirmation(`Stop sharing ${printable(share.name)}?`, "Peers see it no more. The files stay where they are.", "Stop sharing")) {
      await call("DELETE", `shares${query({ name: share.name })}`).catch(complain);
    }
  }
}

// How far the node is with reading what is in a share. It does so in the background; nobody has to wait for it.
function hashing(slot, share) {
  const isKnown = !share.problem && !share.isSingleFile && share.entries !== null;
  const entries = count(share.entries ?? 0, "entry", "entries");
  const left = share.unhashed ?? 0;
  const part = Math.min(1, Math.max(0, 1 - left / Math.max(1, share.entries)));
  if (!slot.bar) {
    slot.text = h("span", { class: "sub" });
    slot.inner = h("div", {});
    slot.bar = h("div", { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": `Hashing ${share.name}` }, slot.inner);
    slot.append(slot.text, slot.bar);
  }
  setText(slot.text, !isKnown ? "" : left > 0 ? `${entries} · ${count(left, "file", "files")} still to hash` : `${entries} · all hashed`);
  slot.bar.hidden = !isKnown || left === 0;
  slot.inner.style.transform = `scaleX(${part})`;
  slot.bar.setAttribute("aria-valuenow", Math.floor(part * 100));
  return slot;
}
