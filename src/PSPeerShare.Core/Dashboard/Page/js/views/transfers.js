// What moves, what moved, and how fast.

import { call } from "../api.js";
import { RateChart } from "../chart.js";
import { badge, button, complain, empty, fill, h, icon, iconButton, setClass, setText } from "../dom.js";
import { ago, bytes, count, duration, printable, rate } from "../format.js";
import { state, versions } from "../state.js";
import { VirtualList } from "../virtual.js";

const FILTERS = {
  all: { label: "All", accepts: () => true },
  running: { label: "Running", accepts: (row) => row.ended === null },
  done: { label: "Finished", accepts: (row) => row.status === "completed" || row.status === "unchanged" },
  failed: { label: "Failed", accepts: (row) => ["failed", "interrupted", "stopped"].includes(row.status) },
};

const CHIPS = {
  queued: ["", "Waiting"], suspended: ["warn", "Paused"], completed: ["good", "Done"], unchanged: ["good", "Already there"],
  failed: ["bad", "Failed"], interrupted: ["warn", "Interrupted"], stopped: ["", "Stopped"],
};

// What is told of the past ("3 min ago") may be so much older than it says.
const AGING = 10000;

// There the facts of a transfer take two lines.
const SMALL = matchMedia("(max-width: 560px)");

export class TransfersView {
  constructor() {
    this.filter = "all";
    this.seen = {};
    this.shown = 0;
    this.chart = new RateChart();
    this.received = h("dd", {}, "0 B/s");
    this.sent = h("dd", {}, "0 B/s");
    this.jobs = h("div", { class: "jobs" });
    this.jobRows = new Map();
    this.tabs = {};
    this.list = new VirtualList({
      height: () => (SMALL.matches ? 92 : 76), key: (row) => row.id, create: () => this.create(), update: (row, item) => this.update(row, item),
    });
    this.list.rows.setAttribute("aria-label", "Transfers");
    this.none = h("div", {});
    this.clear = button("Clear ended", { class: "small", onclick: () => call("DELETE", "transfers").catch(complain) });
    const segments = h("div", { class: "segments", role: "group", "aria-label": "Which transfers" }, Object.entries(FILTERS).map(([name, filter]) => {
      const n = h("span", { class: "n" });
      const element = h("button", { type: "button", onclick: () => { this.filter = name; this.seen.rows = -1; this.draw(); } }, filter.label, n);
      this.tabs[name] = { element, n };
      return element;
    }));
    this.element = h("section", { class: "view fills", "aria-labelledby": "transfers-title" },
      h("div", { class: "head" }, h("div", { class: "text" }, h("h1", { id: "transfers-title" }, "Transfers"))),
      h("div", { class: "card traffic" },
        h("dl", { class: "meters" },
          h("div", { class: "meter in" }, h("dt", {}, "Receiving"), this.received),
          h("div", { class: "meter out" }, h("dt", {}, "Sending"), this.sent)),
        this.chart.element),
      this.jobs,
      h("div", { class: "card transfers" }, h("header", {}, segments, h("span", { class: "grow" }), this.clear), this.none, this.list.element));
  }

  enter() {
    this.seen = {};
  }

  draw() {
    const before = this.seen;
    this.seen = { ...versions };

    // The list looks at its own size first: after anything is written the page would have to be laid out twice.
    if (before.rows !== versions.rows) this.drawRows();
    else if (before.progress !== versions.progress || performance.now() - this.shown > AGING) {
      // In the same picture as the rest, not in one of its own.
      this.shown = performance.now();
      this.list.show();
    }
    if (before.traffic !== versions.traffic) {
      const last = state.traffic[state.traffic.length - 1];
      setText(this.received, rate(last?.received ?? 0));
      setText(this.sent, rate(last?.sent ?? 0));
      this.chart.draw(state.traffic);
    }
    if (before.jobs !== versions.jobs) this.drawJobs();
  }

  drawRows() {
    this.shown = performance.now();
    const all = [...state.transfers.values()];
    for (const [name, tab] of Object.entries(this.tabs)) {
      const found = all.filter(FILTERS[name].accepts).length;
      setText(tab.n, found > 0 ? found.toLocaleString("en") : "");
      tab.element.setAttribute("aria-pressed", String(name === this.filter));
    }
    const rows = all.filter(FILTERS[this.filter].accepts);
    rows.sort((a, b) => (a.ended === null ? 0 : 1) - (b.ended === null ? 0 : 1) || (b.ended ?? 0) - (a.ended ?? 0) || (a.id < b.id ? -1 : 1));
    this.clear.hidden = !all.some((row) => row.ended !== null);
    this.list.element.hidden = rows.length === 0;
    this.none.hidden = rows.length > 0;
    if (rows.length === 0 && !this.none.hasChildNodes()) fill(this.none, this.nothing());
    this.list.set(rows);
    this.list.show();
  }

  nothing() {
    return empty("swap", "Nothing is moving", "Files that come and go show up here, with their speed and how long they take.",
      button("Find files", { class: "primary", onclick: () => { location.hash = "#/find"; } }, "search"),
      button("Send files", { onclick: () => { location.hash = "#/send"; } }, "send"));
  }

  drawJobs() {
    const many = state.jobs.filter((job) => job.filesKnown > 1 && !job.isEnded);
    for (const [id, row] of this.jobRows) {
      if (!many.some((job) => job.id === id)) {
        row.element.remove();
        this.jobRows.delete(id);
      }
    }
    for (const job of many) {
      let row = this.jobRows.get(job.id);
      if (!row) {
        row = this.createJob(job);
        this.jobRows.set(job.id, row);
        this.jobs.append(row.element);
      }
      const part = job.bytesKnown > 0 ? job.bytesDone / job.bytesKnown : job.filesDone / job.filesKnown;
      setText(row.title, `${job.direction === "receive" ? "Fetching" : "Sending"} ${count(job.filesKnown, "file", "files")}`);
      setText(row.sub, `${job.filesDone.toLocaleString("en")} done · ${bytes(job.bytesDone)} of ${bytes(job.bytesKnown)}${job.filesFailed > 0 ? ` · ${count(job.filesFailed, "failure", "failures")}` : ""}`);
      row.fill.style.transform = `scaleX(${Math.min(1, part)})`;
    }
    this.jobs.hidden = many.length === 0;
  }

  createJob(job) {
    const title = h("div", { class: "title cut" });
    const sub = h("div", { class: "muted cut" });
    const inner = h("div", {});
    const stop = button("Stop all", { class: "small danger", onclick: () => call("POST", `jobs/${job.id}/stop`).catch(complain) }, "stop");
    const element = h("div", { class: "card job" },
      h("div", { class: "line" }, badge(job.direction === "receive" ? "down" : "up", job.direction === "receive" ? "in" : "out"),
        h("div", { class: "main" }, title, sub), stop),
      h("div", { class: `bar ${job.direction === "receive" ? "in" : "out"}`, "aria-hidden": "true" }, inner));
    return { element, title, sub, fill: inner };
  }

  create() {
    const row = h("div", { class: "row transfer", role: "listitem" });
    row.parts = {
      badge: h("span", { class: "badge" }), title: h("span", { class: "title cut" }), chip: h("span", { class: "chip" }),
      percent: h("span", { class: "percent" }), sub: h("div", { class: "sub" }), text: h("span", { class: "cut" }), fault: h("span", { class: "fault cut" }),
      fill: h("div", {}), actions: h("div", { class: "actions" }),
    };
    const { parts } = row;
    parts.bar = h("div", { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 }, parts.fill);
    parts.sub.append(parts.text, parts.fault);
    row.append(parts.badge, h("div", { class: "main" }, h("div", { class: "title-line" }, parts.title, parts.chip, parts.percent), parts.sub, parts.bar), parts.actions);
    return row;
  }

  update(row, item) {
    const { parts } = row;
    const isIn = item.direction === "receive";
    const isEnded = item.ended !== null;
    const isBad = item.status === "failed";
    const look = `${item.id} ${item.status} ${item.offers.join()} ${item.sources.length}`;
    if (row.look !== look) {
      row.look = look;
      setClass(parts.badge, `badge ${isBad ? "bad" : isIn ? "in" : "out"}`);
      fill(parts.badge, icon(isBad ? "alert" : isIn ? "down" : "up", 19));
      setClass(parts.bar, `bar ${isIn ? "in" : "out"}`);
      const chip = CHIPS[item.status];
      parts.chip.hidden = !chip;
      if (chip) {
        setClass(parts.chip, `chip ${chip[0]}`);
        setText(parts.chip, chip[1]);
      }
      row.title = item.isTheirs ? "They began it: only they can pause or stop it." : "";
      parts.text.title = item.sources.map((source) => printable(source.peer)).join("\n");
      parts.bar.hidden = isEnded;
      parts.percent.hidden = isEnded;
      setText(parts.title, item.name || "A whole order");
      parts.title.title = parts.title.textContent;
      parts.bar.setAttribute("aria-label", parts.title.textContent);
      const hadFocus = parts.actions.contains(document.activeElement);
      fill(parts.actions, this.actions(item));
      if (hadFocus) parts.actions.querySelector("button")?.focus();
    }
    const verb = item.isTheirs ? (isIn ? "pushed by" : "fetched by") : isIn ? "from" : "to";
    const who = item.peer ? `${verb} ${item.peer}` : "";
    if (isEnded) {
      const facts = item.fault ? [who] : [who, bytes(item.length), item.rate > 0 ? rate(item.rate) : "", item.sources.length > 1 ? `${item.sources.length} sources` : "", ago(item.ended)];
      setText(parts.text, facts.filter(Boolean).join(" · "));
      setText(parts.fault, item.fault ? item.fault.message : "");
      parts.fault.title = item.fault?.action ?? "";
    } else {
      const part = item.length > 0 ? Math.min(1, item.bytes / item.length) : 0;
      const left = item.rate > 0 ? `${duration((item.length - item.bytes) / item.rate)} left` : "";
      const isMoving = item.status === "running";
      setText(parts.text, [who, `${bytes(item.bytes)} of ${bytes(item.length)}`, isMoving && item.rate > 0 ? rate(item.rate) : "", isMoving ? left : "", item.sources.length > 1 ? `${item.sources.length} sources` : ""].filter(Boolean).join(" · "));
      setText(parts.fault, "");
      setText(parts.percent, `${Math.floor(part * 100)} %`);
      parts.fill.style.transform = `scaleX(${part})`;
      parts.bar.setAttribute("aria-valuenow", Math.floor(part * 100));
    }
  }

  actions(item) {
    const act = (label, name, operation, kind) =>
      iconButton(label, name, { class: kind, "aria-label": `${label} ${printable(item.name)}`, onclick: () => call("POST", `transfers/${item.id}/${operation}`).catch(complain) });
    const { offers } = item;
    return [
      offers.includes("suspend") && act("Pause", "pause", "suspend"),
      offers.includes("resume") && act("Resume", "play", "resume"),
      offers.includes("stop") && act("Stop", "stop", "stop", "danger"),
    ];
  }
}
