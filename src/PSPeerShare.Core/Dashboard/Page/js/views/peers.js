// Who is trusted, whether they answer, what they may do.

import { call } from "../api.js";
import { badge, button, complain, confirmation, copyBox, dialog, empty, fill, h, iconButton, note, renew, setClass, setText, toast } from "../dom.js";
import { ago, count, left, moment, printable, rate } from "../format.js";
import { state } from "../state.js";

const PROBE_INTERVAL = 30000;
const RIGHTS = [["browse", "Browse", "See names, sizes and times"], ["read", "Read", "Fetch files"], ["write", "Write", "Put new files into its folder of the inbox"]];

// How the address that leads to a peer became known, in the words of Test-Peer.
const PATHS = {
  known: "direct", localNetwork: "direct, seen on this network", discoveryServer: "direct, told by a discovery server",
  relay: "through a relay", incoming: "direct, it came to us",
};

const rightsOf = (allowed) => {
  const chosen = new Set(allowed);
  const element = h("div", { class: "toggles", role: "group", "aria-label": "Rights" }, RIGHTS.map(([right, label, text]) => {
    const toggle = h("button", {
      type: "button", class: "toggle", title: text, "aria-pressed": String(chosen.has(right)),
      onclick: () => {
        if (!chosen.delete(right)) chosen.add(right);
        toggle.setAttribute("aria-pressed", String(chosen.has(right)));
        element.onchosen?.(RIGHTS.map(([r]) => r).filter((r) => chosen.has(r)));
      },
    }, label);
    return toggle;
  }));
  element.chosen = () => RIGHTS.map(([r]) => r).filter((r) => chosen.has(r));
  return element;
};

export class PeersView {
  constructor() {
    this.cards = new Map();
    this.grid = h("div", { class: "cards" });
    this.none = h("div", { class: "card" }, empty("peers", "No peers yet",
      "Nobody gets a byte who is not trusted. Give someone a ticket, or use the one that they gave you.",
      button("Add a peer", { class: "primary", onclick: () => this.add() }, "plus")));
    this.near = h("div", { class: "card plain-list", hidden: true });
    this.tickets = h("div", { class: "card plain-list gives" });
    this.element = h("section", { class: "view", "aria-labelledby": "peers-title" },
      h("div", { class: "head" }, h("div", { class: "text" }, h("h1", { id: "peers-title" }, "Peers"), h("p", {}, "Trust is given one by one and works both ways.")),
        h("div", { class: "actions" }, button("Test all", { onclick: () => this.probeAll() }, "refresh"), button("Add a peer", { class: "primary", onclick: () => this.add() }, "plus"))),
      this.none, this.grid, this.near, this.tickets);
  }

  enter() {
    this.timer = setInterval(() => { this.probeAll(); void this.look(); }, PROBE_INTERVAL);
    this.probeAll();
    void this.look();
  }

  // Who is seen on the local network and is not trusted. Nothing of what they say of themselves is proven.
  async look() {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      const { near } = await call("GET", "near");
      const look = JSON.stringify(near);
      if (this.nearLook === look) return;
      this.nearLook = look;
      this.near.hidden = near.length === 0;
      fill(this.near, h("header", {}, h("h2", {}, "Near, not trusted")), h("ul", {}, near.map((node) => h("li", { class: "row" },
        badge("peers", node.isPairingOpen ? "accent" : ""),
        h("div", { class: "main" }, h("div", { class: "title cut" }, node.name), h("div", { class: "sub cut" }, [node.shortId, node.addresses[0]].filter(Boolean).join(" · "))),
        node.isPairingOpen && h("span", { class: "chip accent" }, "shows a code"),
        button("Pair…", { class: "small", "aria-label": `Pair with ${printable(node.name)}`, onclick: () => this.add(node.addresses[0]) })))));
    } catch {
      // The next look may do better; the banner says when the dashboard is gone.
    } finally {
      this.isLooking = false;
    }
  }

  leave() {
    clearInterval(this.timer);
  }

  draw() {
    this.none.hidden = state.peers.length > 0 || !state.isReady;
    for (const [id, card] of this.cards) {
      if (!state.peers.some((p) => p.nodeId === id)) {
        card.element.remove();
        this.cards.delete(id);
      }
    }
    for (const peer of state.peers) {
      let card = this.cards.get(peer.nodeId);
      const look = JSON.stringify([peer.name, peer.addresses, peer.allow, peer.grants, peer.rateLimit]);
      if (!card || card.look !== look) {
        const fresh = this.card(peer);
        fresh.look = look;
        fresh.probe = card?.probe;
        if (card) renew(card.element, fresh.element);
        else this.grid.append(fresh.element);
        this.cards.set(peer.nodeId, fresh);
        card = fresh;
        if (card.probe) this.drawProbe(card);
        else if (this.timer) void this.probe(peer.nodeId);
      }
      setText(card.seen, ago(peer.lastSeen));
    }
    this.drawTickets();
  }

  card(peer) {
    const dot = h("span", { class: "dot" });
    const status = h("span", { class: "cut" }, "not tried yet");
    const address = h("dd", {}, peer.addresses[0] ?? "none known");
    const path = h("dd", {}, "not known yet");
    const seen = h("dd", {}, ago(peer.lastSeen));
    const rights = rightsOf(peer.allow);
    rights.onchosen = (allow) => call("PATCH", `peers/${peer.nodeId}`, { allow }).catch(complain);
    const element = h("article", { class: "card peer", "aria-label": printable(peer.name) },
      h("div", { class: "top" },
        h("span", { class: "avatar", "aria-hidden": "true" }, printable([...peer.name][0] ?? "?").toUpperCase(), dot),
        h("div", { class: "main" }, h("div", { class: "name cut" }, peer.name), h("div", { class: "muted cut" }, status)),
        iconButton("Edit", "edit", { "aria-label": `Edit ${printable(peer.name)}`, onclick: () => this.edit(peer) }),
        iconButton("Remove", "trash", { class: "danger", "aria-label": `Remove ${printable(peer.name)}`, onclick: () => this.remove(peer) })),
      h("dl", { class: "facts" }, h("dt", {}, "Id"), h("dd", { class: "mono", title: peer.nodeId }, peer.shortId), h("dt", {}, "Address"), address, h("dt", {}, "Path"), path, h("dt", {}, "Seen"), seen,
        peer.rateLimit && [h("dt", {}, "Limit"), h("dd", {}, rate(peer.rateLimit))],
        peer.grants.length > 0 && [h("dt", {}, "Also"), h("dd", {}, peer.grants.join(", "))]),
      h("div", { class: "foot" }, h("div", { class: "field" }, h("span", {}, "May do here"), rights)));
    return { element, dot, status, address, path, seen };
  }

  probeAll() {
    for (const id of this.cards.keys()) void this.probe(id);
  }

  async probe(id) {
    const card = this.cards.get(id);
    if (!card || card.isProbing) return;
    card.isProbing = true;
    if (!card.probe) setText(card.status, "trying…");
    try {
      const probe = await call("POST", `peers/${id}/test`);
      const now = this.cards.get(id);
      if (now) {
        now.probe = probe;
        this.drawProbe(now);
      }
    } catch (failure) {
      setText(card.status, failure.message);
    } finally {
      card.isProbing = false;
    }
  }

  drawProbe(card) {
    const { probe } = card;
    setClass(card.dot, `dot ${probe.isReachable ? "good" : "bad"}`);
    setText(card.status, probe.isReachable
      ? `on line · ${probe.roundTripMs < 1 ? "under 1" : Math.round(probe.roundTripMs)} ms`
      : probe.error?.message ?? "does not answer");
    card.status.title = probe.error?.action ?? [probe.tls, probe.software].filter(Boolean).join(", ");
    if (probe.address) setText(card.address, probe.address);
    setText(card.path, probe.isReachable ? PATHS[probe.path] ?? "direct" : "none that leads there now");
  }

  edit(peer) {
    return dialog(`Edit ${printable(peer.name)}`, (close) => {
      const name = h("input", { class: "input", value: peer.name, maxLength: 60 });
      const addresses = h("input", { class: "input", value: peer.addresses.join(", "), placeholder: "host:port, host:port", spellcheck: false });
      const limit = h("input", { class: "input", type: "number", min: 0, step: 1, value: peer.rateLimit ? Math.round(peer.rateLimit / 1024) : "", placeholder: "no limit" });
      const save = async () => {
        try {
          await call("PATCH", `peers/${peer.nodeId}`, {
            name: name.value.trim() === peer.name ? null : name.value.trim(),
            addresses: addresses.value.split(",").map((a) => a.trim()).filter(Boolean),
            rateLimit: Math.round(Number(limit.value || 0) * 1024),
          });
          close();
        } catch (failure) {
          complain(failure);
        }
      };
      return [
        h("form", { class: "content", id: "edit", onsubmit: (e) => { e.preventDefault(); void save(); } },
          h("label", { class: "field" }, h("span", {}, "Name"), name),
          h("label", { class: "field" }, h("span", {}, "Addresses"), addresses),
          h("label", { class: "field" }, h("span", {}, "Most that it is sent, KB a second"), limit),
          h("div", { class: "field" }, h("span", {}, "Node id"), copyBox(peer.nodeId))),
        h("footer", {}, button("Cancel", { onclick: () => close() }), h("button", { type: "submit", class: "button primary", "form": "edit" }, "Save")),
      ];
    });
  }

  async remove(peer) {
    if (await confirmation(`Remove ${printable(peer.name)}?`, "Its connections close at once and it gets nothing more. To trust it again takes a new ticket or code.", "Remove")) {
      await call("DELETE", `peers/${peer.nodeId}`).then(() => toast(`${printable(peer.name)} is removed.`), complain);
    }
  }

  // With an address the other side shows the code.
  add(address = "") {
    return dialog("Add a peer", (close) => {
      const place = h("div", { class: "content" });
      const tabs = {
        show: ["Show a code", () => this.showCode(close)], enter: ["Enter a code", () => this.useSecret(close, true, address)],
        use: ["Use a ticket", () => this.useSecret(close, false)], give: ["Give a ticket", () => this.giveTicket()],
      };
      const segments = h("div", { class: "segments", role: "group", "aria-label": "How" });
      const choose = (tab) => {
        for (const element of segments.children) element.setAttribute("aria-pressed", String(element.tab === tab));
        fill(place, segments, tabs[tab][1]());
        place.querySelector(".input, form button, .content > button")?.focus();
      };
      segments.append(...Object.entries(tabs).map(([tab, [label]]) => Object.assign(h("button", { type: "button", onclick: () => choose(tab) }, label), { tab })));
      choose(address ? "enter" : "show");
      return [place];
    });
  }

  // The other side types the code; the peer shows up here by itself.
  showCode(close) {
    const rights = rightsOf(["browse", "read"]);
    const place = h("div", { class: "field", role: "status" });
    const known = new Set(state.peers.map((p) => p.nodeId));
    const watch = setInterval(() => {
      if (!place.isConnected && place.wasShown) return clearInterval(watch);
      const fresh = state.peers.find((p) => !known.has(p.nodeId));
      if (!fresh) return undefined;
      clearInterval(watch);
      toast(`${printable(fresh.name)} is trusted now.`);
      return close();
    }, 300);
    const make = button("Show a code", {
      class: "primary",
      onclick: async () => {
        try {
          const { code, expires } = await call("POST", "codes", { allow: rights.chosen() });
          place.wasShown = true;
          fill(place, copyBox(code, true), h("small", {}, `Read it to the other person. It is good for one attempt until ${moment(expires)}; a new one ends it. The new peer shows up here by itself.`));
          setText(make.lastChild, "Show another code");
        } catch (failure) {
          complain(failure);
        }
      },
    }, "key");
    return [h("div", { class: "field" }, h("span", {}, "What the other side may do here"), rights), make, place];
  }

  useSecret(close, isCode, given = "") {
    const text = isCode
      ? h("input", { class: "input code", placeholder: "K7Q-4MDX", autocomplete: "off", spellcheck: false, required: true, maxLength: 20 })
      : h("textarea", { class: "input", placeholder: "pspeer-secret-1:…", spellcheck: false, required: true });
    const address = h("input", { class: "input", value: given, placeholder: isCode ? "host or host:port; found on this network if empty" : "optional: host:port", spellcheck: false });
    const name = h("input", { class: "input", placeholder: "its own name", maxLength: 60 });
    const rights = rightsOf(["browse", "read"]);
    const go = h("button", { type: "submit", class: "button primary" }, "Add the peer");
    const problem = h("div", {});
    return h("form", {
      class: "content",
      onsubmit: async (e) => {
        e.preventDefault();
        go.disabled = true;
        fill(problem);
        try {
          const { peer, wantedName } = await call("POST", "peers", {
            [isCode ? "code" : "ticket"]: text.value, name: name.value.trim() || null, allow: rights.chosen(),
            addresses: address.value.split(",").map((a) => a.trim()).filter(Boolean),
          });
          toast(`${printable(peer.name)} is trusted now.`, "good", wantedName ? `The name ${printable(wantedName)} was taken.` : "");
          close();
        } catch (failure) {
          fill(problem, note(failure.action ? `${failure.message} ${failure.action}` : failure.message, "bad"));
          go.disabled = false;
        }
      },
    }, h("label", { class: "field" }, h("span", {}, isCode ? "The code that the other side shows" : "The ticket that you were given"), text),
    h("label", { class: "field" }, h("span", {}, "Its address"), address),
    h("label", { class: "field" }, h("span", {}, "Name here"), name),
    h("div", { class: "field" }, h("span", {}, "What it may do here"), rights), problem, go);
  }

  giveTicket() {
    const rights = rightsOf(["browse", "read"]);
    const uses = h("input", { class: "input", type: "number", min: 1, max: 65535, value: 1 });
    const hours = h("select", { class: "input" }, [[1, "1 hour"], [24, "1 day"], [168, "1 week"], [720, "30 days"]].map(([value, label]) => h("option", { value, selected: value === 24 }, label)));
    const place = h("div", { class: "field" });
    const make = button("Make a ticket", {
      class: "primary",
      onclick: async () => {
        try {
          const { text } = await call("POST", "tickets", { allow: rights.chosen(), uses: Number(uses.value), hours: Number(hours.value) });
          fill(place, copyBox(text), h("small", {}, "Give it to the other side by a way that others do not read. It is shown only now."));
        } catch (failure) {
          complain(failure);
        }
      },
    }, "key");
    return [
      h("div", { class: "field" }, h("span", {}, "What its holder may do here"), rights),
      h("label", { class: "field" }, h("span", {}, "Good for how many machines"), uses),
      h("label", { class: "field" }, h("span", {}, "Good for how long"), hours),
      make, place,
    ];
  }

  drawTickets() {
    // A code whose attempt is taken waits for the end of it.
    const open = state.tickets.filter((t) => (t.state === "open" || t.isCode) && t.expires > Date.now());
    const look = JSON.stringify(open);
    if (this.ticketLook !== look) {
      this.ticketLook = look;
      this.tickets.hidden = open.length === 0;
      this.times = open.map(() => h("span", {}));
      const list = h("ul", {}, open.map((ticket, i) => this.ticketRow(ticket, this.times[i])));
      if (this.ticketList?.isConnected) renew(this.ticketList, list);
      else fill(this.tickets, h("header", {}, h("h2", {}, "Open codes and tickets")), list);
      this.ticketList = list;
    }
    open.forEach((ticket, i) => setText(this.times[i], left(ticket.expires)));
  }

  ticketRow(ticket, time) {
    const allowed = `${ticket.allow.join(", ")}${ticket.share ? ` on ${ticket.share}${ticket.path ? `/${ticket.path}` : ""}` : ""}`;
    const uses = !ticket.isCode ? `${count(ticket.usesLeft, "use", "uses")} left` : ticket.state === "open" ? "one attempt" : "its attempt is taken";
    return h("li", { class: "row" }, badge("key", ticket.isCode ? "accent" : ""),
      h("div", { class: "main" }, h("div", { class: "title cut" }, ticket.isCode ? "Code" : ["Ticket ", h("span", { class: "mono" }, ticket.id.slice(0, 8))]),
        h("div", { class: "sub cut" }, time, ` · ${uses} · ${allowed}`)),
      button(ticket.isCode ? "Withdraw" : "Revoke", {
        class: "small danger", "aria-label": ticket.isCode ? "Withdraw the code" : `Revoke the ticket ${ticket.id.slice(0, 8)}`,
        onclick: () => call("DELETE", `tickets/${ticket.id}`).catch(complain),
      }));
  }
}
