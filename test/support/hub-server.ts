/** A server on this machine that speaks the hub's addresses: /api/models/…/revision, /tree, and
 *  /…/resolve/… with ranges and a redirect of large files to a second origin, as the real one does. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HubBehaviour {
  repo: string;
  commit: string;
  /** Branches and tags that point to `commit`. */
  revisions: string[];
  files: Map<string, Uint8Array>;
  /** Answers 401 without this token. */
  token?: string;
  /** Answers every API question with this status. */
  status?: number;
  /** Large files break off after so many bytes, this often. */
  breakAfter?: number;
  breaks?: number;
  ignoreRange?: boolean;
  /** Changes the listing's entries. */
  listing?: (entries: Record<string, unknown>[]) => unknown[];
  /** Entries on one page of the listing. */
  pageSize?: number;
  /** The listing's second page is said to be at the second origin. */
  strayPages?: boolean;
  /** Large files are sent from a second origin. */
  redirect?: boolean;
}

export interface Seen {
  url: string;
  range: string | null;
  authorization: string | null;
  origin: "hub" | "store";
}

export interface HubServer {
  endpoint: string;
  behaviour: HubBehaviour;
  seen: Seen[];
  close(): Promise<void>;
}

const isLarge = (path: string) => path.endsWith(".safetensors");

export async function startHub(behaviour: HubBehaviour): Promise<HubServer> {
  const seen: Seen[] = [];
  const note = (request: IncomingMessage, origin: Seen["origin"]) =>
    seen.push({
      url: request.url ?? "",
      range: request.headers.range ?? null,
      authorization: request.headers.authorization ?? null,
      origin,
    });
  const store = await listen((request, response) => {
    note(request, "store");
    const url = new URL(request.url ?? "", addressOf(store));
    if (url.pathname.startsWith("/api/")) sendListing(hub.behaviour, url.origin, url, response);
    else sendFile(hub.behaviour, decodeURIComponent(url.pathname.slice(1)), request, response);
  });
  const api = await listen((request, response) => {
    note(request, "hub");
    answer(hub, addressOf(store), request, response);
  });
  const hub: HubServer = {
    endpoint: addressOf(api),
    behaviour,
    seen,
    async close() {
      for (const server of [api, store]) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    },
  };
  return hub;
}

async function listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
}
const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function answer({ behaviour, endpoint }: HubServer, store: string, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? "", endpoint);
  const path = decodeURIComponent(url.pathname);
  const revision = new RegExp(`^/api/models/${behaviour.repo}/revision/(.+)$`).exec(path)?.[1];
  const prefix = `/${behaviour.repo}/resolve/${behaviour.commit}/`;
  const file = path.startsWith(prefix) ? path.slice(prefix.length) : "";
  if (behaviour.status) json(response, behaviour.status, { error: "as the test asked" });
  else if (behaviour.token && request.headers.authorization !== `Bearer ${behaviour.token}`)
    json(response, 401, { error: "Invalid username or password." });
  else if (revision && [behaviour.commit, ...behaviour.revisions].includes(revision))
    json(response, 200, { _id: "1", id: behaviour.repo, sha: behaviour.commit, lastModified: "2025-01-01" });
  else if (path === `/api/models/${behaviour.repo}/tree/${behaviour.commit}`)
    sendListing(behaviour, behaviour.strayPages ? store : endpoint, url, response);
  else if (!behaviour.files.has(file)) json(response, 404, { error: "Repository not found" });
  else if (behaviour.redirect && isLarge(file))
    response.writeHead(302, { location: `${store}/${encodeURIComponent(file)}` }).end();
  else sendFile(behaviour, file, request, response);
}

function sendListing(behaviour: HubBehaviour, endpoint: string, url: URL, response: ServerResponse): void {
  const entries = [...behaviour.files].map(([path, bytes]): Record<string, unknown> => {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const oid = createHash("sha1").update(`blob ${bytes.byteLength}\0`).update(bytes).digest("hex");
    const lfs = isLarge(path) ? { lfs: { oid: sha256, size: bytes.byteLength, pointerSize: 134 } } : {};
    return { type: "file", oid, size: bytes.byteLength, path, ...lfs };
  });
  const all = behaviour.listing?.(entries) ?? entries;
  const start = Number(url.searchParams.get("cursor") ?? 0);
  const end = start + (behaviour.pageSize ?? all.length);
  if (end < all.length) {
    const next = new URL(url.pathname, endpoint);
    next.searchParams.set("cursor", String(end));
    response.setHeader("link", `<${next}>; rel="next"`);
  }
  json(response, 200, all.slice(start, end));
}

function sendFile(behaviour: HubBehaviour, path: string, request: IncomingMessage, response: ServerResponse): void {
  const bytes = behaviour.files.get(path) ?? new Uint8Array();
  const asked = /^bytes=(\d+)-/.exec(request.headers.range ?? "");
  const start = asked && !behaviour.ignoreRange ? Number(asked[1]) : 0;
  const rest = bytes.subarray(start);
  response.writeHead(asked && !behaviour.ignoreRange ? 206 : 200, {
    "content-length": rest.byteLength,
    "content-range": `bytes ${start}-${bytes.byteLength - 1}/${bytes.byteLength}`,
  });
  if (isLarge(path) && behaviour.breakAfter !== undefined && (behaviour.breaks ?? 0) > 0) {
    behaviour.breaks = (behaviour.breaks ?? 0) - 1;
    response.write(rest.subarray(0, behaviour.breakAfter), () => setTimeout(() => response.destroy(), 20));
    return;
  }
  response.end(rest);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
