// What the node told, and who wants to know. Views are drawn at most five times a second, and what did not change is
// not drawn: each part has a number that grows when it does.

import { lines } from "./api.js";

const DRAW_INTERVAL = 200;
const SILENCE = 13000;
const CHART_POINTS = 300;

export const state = {
  isConnected: false,
  isReady: false,
  node: null,
  peers: [],
  shares: [],
  tickets: [],
  handOvers: [],
  jobs: [],
  traffic: [],
  transfers: new Map(),
  running: 0,
};

export const versions = { rows: 0, progress: 0, traffic: 0, jobs: 0 };

const drawers = new Set();
let drawn = 0;
let isWaiting = false;

export function onDraw(drawer) {
  drawers.add(drawer);
  return () => drawers.delete(drawer);
}

export function draw() {
  if (isWaiting) return;
  isWaiting = true;
  setTimeout(() => requestAnimationFrame(() => {
    isWaiting = false;
    drawn = performance.now();
    for (const drawer of [...drawers]) drawer();
  }), Math.max(0, DRAW_INTERVAL - (performance.now() - drawn)));
}

function apply(event) {
  for (const name of ["node", "peers", "shares", "tickets", "handOvers", "jobs"]) {
    if (name in event) state[name] = event[name];
  }
  if (event.jobs) versions.jobs++;
  if (event.traffic) {
    state.traffic.push(...event.traffic);
    if (state.traffic.length > CHART_POINTS) state.traffic.splice(0, state.traffic.length - CHART_POINTS);
    versions.traffic++;
  }
  if (event.transfers) {
    const { rows, progress, gone } = event.transfers;
    for (const row of rows) state.transfers.set(row.id, row);
    for (const [id, bytes, rate] of progress) {
      const row = state.transfers.get(id);
      if (row) { row.bytes = bytes; row.rate = rate; }
    }
    for (const id of gone) state.transfers.delete(id);
    if (rows.length > 0 || gone.length > 0) countRows();
    versions.progress++;
  }
  if (event.ready) state.isReady = true;
}

function countRows() {
  state.running = 0;
  for (const row of state.transfers.values()) state.running += row.ended === null ? 1 : 0;
  versions.rows++;
}

// Follows the node until the page closes; returns when the page is refused.
export async function follow() {
  for (let attempt = 0; ; attempt++) {
    const cut = new AbortController();
    let timer;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => cut.abort(), SILENCE);
    };
    try {
      heard();
      let isFirst = true;
      await lines("events", (events) => {
        heard();
        if (isFirst) {
          // A new stream tells everything anew.
          isFirst = false;
          attempt = 0;
          state.transfers.clear();
          state.traffic.length = 0;
          countRows();
          versions.traffic++;
          state.isConnected = true;
        }
        events.forEach(apply);
        draw();
      }, cut.signal);
    } catch (failure) {
      if (failure.status === 401) return;
    }
    clearTimeout(timer);
    state.isConnected = false;
    draw();
    await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 500 * 2 ** Math.min(attempt, 4))));
  }
}
