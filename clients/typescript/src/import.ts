// Import a CSV file of organizations beside the requests, and say what became of its rows.
// usage: STEDENBAND_KEY=<key> node dist/import.js schools.csv [http://127.0.0.1:8000]
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { components } from "./contract.js";

type Task = components["schemas"]["Task"];
type Report = components["schemas"]["ImportReport"];

const file = process.argv[2] ?? "schools.csv";
const api = `${process.argv[3] ?? "http://127.0.0.1:8000"}/v1`;
const key = { Authorization: `Bearer ${process.env["STEDENBAND_KEY"]}` };

// A task that is done leads to its report, which is followed by itself.
async function ask<T>(address: string, options: RequestInit = {}): Promise<T> {
  const reply = await fetch(address, { ...options, headers: { ...key, ...options.headers } });
  if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
  return (await reply.json()) as T;
}

const headers = { "Content-Type": "text/csv", Prefer: "respond-async", "Idempotency-Key": crypto.randomUUID() };
const body = readFileSync(file);
const task = await ask<Task>(`${api}/imports?resource=organizations`, { method: "POST", headers, body });
let seen: Task | Report = task;
while ("href" in seen) {
  if (seen.status?.state === "failed") throw new Error(seen.problem?.detail ?? "canceled");
  await sleep(1000);
  seen = await ask<Task | Report>(task.href);
}
for (const finding of seen.findings) console.log(`row ${finding.row} ${finding.column ?? ""}: ${finding.reason}`);
console.log(`${seen.created} created, ${seen.changed} changed, ${seen.left} left, ${seen.refused} refused`);
