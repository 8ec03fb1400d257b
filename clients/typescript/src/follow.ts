// Keep a copy of all city links in step: the first run loads them, each later one only what changed since.
// usage: STEDENBAND_KEY=<key> node dist/follow.js copy.json [http://127.0.0.1:8000]
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { components } from "./contract.js";

type CityLink = components["schemas"]["CityLink"];
type Change = components["schemas"]["Change"];
type Page<T> = { items: T[]; next?: string; cursor?: string };
type Copy = { cursor: string; links: Record<string, CityLink> };

const file = process.argv[2] ?? "copy.json";
const api = `${process.argv[3] ?? "http://127.0.0.1:8000"}/v1`;

// null: it is gone, or no longer ours to see. What is busy says when to come back.
async function get<T>(address: string): Promise<T | null> {
  for (;;) {
    const reply = await fetch(address, { headers: { Authorization: `Bearer ${process.env["STEDENBAND_KEY"]}` } });
    if (reply.status === 404) return null;
    if (reply.status === 410) throw new Error(`The feed began anew: remove ${file} and run this again.`);
    if (reply.ok) return (await reply.json()) as T;
    if (reply.status !== 429 && reply.status !== 503) throw new Error(`${reply.status} ${address}`);
    await sleep(1000 * Number(reply.headers.get("Retry-After")));
  }
}

async function* pages<T>(address: string): AsyncGenerator<Page<T>> {
  for (let next: string | undefined = address; next; ) {
    const page: Page<T> | null = await get<Page<T>>(next);
    if (page) yield page;
    next = page?.next;
  }
}

const before: Copy | null = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Copy) : null;
const copy: Copy = before ?? { cursor: "", links: {} };
const changed = new Set<string>();
for await (const page of pages<Change>(`${api}/changes?pageSize=200${before ? `&after=${before.cursor}` : ""}`)) {
  for (const change of page.items) if (change.resource === "cityLinks") changed.add(change.href);
  copy.cursor = page.cursor ?? copy.cursor;
}
if (before) {
  for (const href of changed) {
    const link = await get<CityLink>(href);
    if (link) copy.links[href] = link;
    else delete copy.links[href];
  }
} else {
  for await (const page of pages<CityLink>(`${api}/cityLinks?pageSize=200`)) {
    for (const link of page.items) copy.links[link.href] = link;
  }
}
writeFileSync(file, JSON.stringify(copy));
console.log(`${before ? changed.size : "all"} read, ${Object.keys(copy.links).length} links in step`);
