// Calls of the node's API. The token lives as long as the tab.

const KEY = "pspeershare-token";

export class Failure extends Error {
  constructor(status, body) {
    super(body?.message ?? `The dashboard answered with status ${status}.`);
    this.status = status;
    this.error = body?.error ?? "Unexpected";
    this.action = body?.action ?? null;
  }
}

export const lost = () => new Failure(0, { error: "Lost", message: "The dashboard does not answer. Is the session that opened it still there?" });

let onRefused = () => {};
export const whenRefused = (handler) => { onRefused = handler; };
export const hasToken = () => sessionStorage.getItem(KEY) !== null;
export const dropToken = () => sessionStorage.removeItem(KEY);
const authorization = () => ({ Authorization: `Bearer ${sessionStorage.getItem(KEY)}` });

export async function signIn(code) {
  const { token } = await call("POST", "session", { code });
  sessionStorage.setItem(KEY, token);
}

async function open(method, path, body, signal) {
  let response;
  try {
    response = await fetch(`/api/${path}`, {
      method, signal, cache: "no-store", credentials: "omit", redirect: "error",
      headers: { ...(hasToken() ? authorization() : {}), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (e) {
    throw e.name === "AbortError" ? e : lost();
  }
  if (!response.ok) {
    const failure = new Failure(response.status, await response.json().catch(() => null));
    if (failure.error === "NotSignedIn") onRefused(failure);
    throw failure;
  }
  return response;
}

export const call = async (method, path, body, signal) => (await open(method, path, body, signal)).json();

export const query = (values) => {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length > 0 ? `?${given.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}` : "";
};

// Reads JSON lines as they come; `onLines` gets those of one piece together.
export async function lines(path, onLines, signal) {
  const response = await open("GET", path, undefined, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const pieces = (rest + value).split("\n");
      rest = pieces.pop();
      if (pieces.length > 0) onLines(pieces.filter((piece) => piece.length > 0).map((piece) => JSON.parse(piece)));
    }
  } catch (e) {
    throw e.name === "AbortError" ? e : lost();
  }
}

// fetch() tells nothing of how far a body is, so files go up by the older way.
export function upload(name, file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/uploads${query({ name })}`);
    request.setRequestHeader("Authorization", authorization().Authorization);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (e) => onProgress(e.loaded));
    request.addEventListener("load", () => {
      let body = null;
      try { body = JSON.parse(request.responseText); } catch { /* The status says enough. */ }
      if (request.status === 201) resolve(body.id);
      else reject(new Failure(request.status, body));
    });
    request.addEventListener("error", () => reject(new Failure(0, { error: "Lost", message: "The upload was cut off: the dashboard is gone, or the file cannot be read any more." })));
    request.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
