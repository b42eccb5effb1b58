// Lets the page in, keeps the frame around the views, and says when the node is gone.

import { dropToken, hasToken, signIn, whenRefused } from "./api.js";
import { badge, fill, h, icon, setClass, setText, svg } from "./dom.js";
import { draw, follow, onDraw, state } from "./state.js";
import { FindView } from "./views/find.js";
import { PeersView } from "./views/peers.js";
import { SendView } from "./views/send.js";
import { SharesView } from "./views/shares.js";
import { TransfersView } from "./views/transfers.js";

const VIEWS = {
  transfers: { label: "Transfers", icon: "swap", make: () => new TransfersView() },
  find: { label: "Find", icon: "search", make: () => new FindView() },
  send: { label: "Send", icon: "send", make: () => new SendView() },
  peers: { label: "Peers", icon: "peers", make: () => new PeersView() },
  shares: { label: "Shares", icon: "folder", make: () => new SharesView() },
};

const byId = (id) => document.getElementById(id);
const links = {};
const made = {};
let shown = null;

function logo() {
  const picture = svg("svg", { viewBox: "0 0 32 32", "aria-hidden": "true" });
  picture.append(
    svg("rect", { width: 32, height: 32, rx: 9, fill: "#2f5be0" }),
    svg("path", { d: "M8 12.5h14M17.5 8l4.5 4.5M24 19.5H10M14.5 24 10 19.5", fill: "none", stroke: "#fff", "stroke-width": 2.6, "stroke-linecap": "round", "stroke-linejoin": "round" }));
  return picture;
}

function gate(title, text) {
  byId("app").hidden = true;
  const place = byId("gate");
  place.hidden = false;
  fill(place, h("div", { class: "card", role: "alert" }, badge("lock", "accent"), h("h1", {}, title), h("p", { class: "muted" }, text), h("code", {}, "Show-PeerDashboard")));
}

function show(name) {
  const view = VIEWS[name] ? name : "transfers";
  if (shown === view) return;
  made[shown]?.leave?.();
  shown = view;
  made[view] ??= VIEWS[view].make();
  byId("main").replaceChildren(made[view].element);
  byId("main").scrollTop = 0;
  document.title = `${VIEWS[view].label} · PSPeerShare`;
  for (const [key, link] of Object.entries(links)) {
    if (key === view) link.element.setAttribute("aria-current", "page");
    else link.element.removeAttribute("aria-current");
  }
  made[view].enter?.();
  made[view].draw?.();
}

function frame() {
  fill(byId("brand"), logo(), "PSPeerShare");
  for (const [name, view] of Object.entries(VIEWS)) {
    const count = h("span", { class: "count", hidden: true });
    const element = h("a", { href: `#/${name}` }, icon(view.icon), h("span", { class: "label" }, view.label), count);
    links[name] = { element, count };
    byId("nav").append(element);
  }
  const dot = h("span", { class: "dot" });
  const name = h("span", { class: "cut" });
  const id = h("span", { class: "id cut mono" });
  byId("node").append(h("div", { class: "who" }, dot, name), id);
  byId("skip").addEventListener("click", (e) => {
    e.preventDefault();
    byId("main").focus();
  });

  onDraw(() => {
    drawBanner();
    const { node } = state;
    if (node) {
      setText(name, node.name);
      setText(id, node.nodeId.slice(0, 7));
      if (byId("node").title !== node.nodeId) byId("node").title = node.nodeId;
      setClass(dot, `dot ${state.isConnected && node.isRunning ? "good" : "bad"}`);
    }
    const { running } = state;
    if (links.transfers.count.hidden !== (running === 0)) links.transfers.count.hidden = running === 0;
    setText(links.transfers.count, running > 999 ? "999+" : String(running));
    made[shown]?.draw?.();
  });
}

let banner = "";
function drawBanner() {
  const text = !state.isConnected ? "lost" : state.node && !state.node.isRunning ? "stopped" : "";
  if (text === banner || (!state.isReady && !state.isConnected && banner === "")) return;
  banner = text;
  const place = byId("banner");
  place.hidden = text === "";
  setClass(place, `banner ${text === "lost" ? "bad" : ""}`);
  if (text === "lost") fill(place, icon("alert", 19), h("span", {}, "The dashboard does not answer. Trying again… Transfers that run in a closed session have ended; others go on."));
  if (text === "stopped") fill(place, icon("alert", 19), h("span", {}, "The node is stopped: peers cannot reach this machine. Start it with ", h("code", {}, "Start-PeerServer"), "."));
}

async function start() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) {
    // The code is good for one use; it should not stay in the history either way.
    history.replaceState(null, "", "/#/transfers");
    try {
      await signIn(code);
    } catch (failure) {
      if (!hasToken()) {
        gate(failure.status === 0 ? "No answer" : "This address was used", failure.message);
        return;
      }
    }
  }
  if (!hasToken()) {
    gate("Not signed in", "Every page needs an address of its own, good for one use. In a PowerShell session run:");
    return;
  }

  let isOut = false;
  whenRefused(() => {
    if (isOut) return;
    isOut = true;
    dropToken();
    gate("Signed out", "The dashboard was opened anew and does not know this page. For a new address run:");
  });
  frame();
  byId("app").hidden = false;
  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#code=")) location.reload();
    else if (location.hash.startsWith("#/")) show(location.hash.slice(2));
  });
  show(location.hash.startsWith("#/") ? location.hash.slice(2) : "transfers");
  draw();
  await follow();
}

start();
