// Sends a file as a frontend on a bad line does: in pieces, going on where the line broke off.
// usage: STEDENBAND_KEY=<key> node send.js http://127.0.0.1:8000 <file> <id of a city link>
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import * as tus from "tus-js-client";

const [address, file, link] = process.argv.slice(2);
const key = process.env["STEDENBAND_KEY"];
if (!key || !link) throw new Error("Set STEDENBAND_KEY, and name the server, a file and a city link.");
const headers = { Authorization: `Bearer ${key}`, "Accept-Language": "en" };
const metadata = { title: { en: "Sent in pieces" }, subject: { type: "cityLink", id: link } };

let retries = 0;
const href = await new Promise((resolve, reject) => {
  const upload = new tus.Upload(createReadStream(file), {
    endpoint: `${address}/v1/uploads`,
    uploadSize: statSync(file).size,
    chunkSize: 256 * 1024,
    retryDelays: [50, 100, 200, 400, 800, 1600],
    headers,
    metadata: { filename: basename(file), filetype: "text/plain", metadata: JSON.stringify(metadata) },
    onShouldRetry: (error) => {
      retries += 1;
      console.log(`ok  the line broke (${error.message.slice(0, 60)}…), so it goes on`);
      return true;
    },
    onError: reject,
    onSuccess: () => resolve(upload.url),
  });
  upload.start();
});

const finished = await fetch(`${href}/finish`, { method: "POST", headers });
const document = await finished.json();
assert.equal(finished.status, 201, JSON.stringify(document));
assert.equal(document.sha256, createHash("sha256").update(readFileSync(file)).digest("hex"));
const again = await (await fetch(`${href}/finish`, { method: "POST", headers })).json();
assert.equal(again.id, document.id);
assert(retries > 0, "the line never broke");
console.log(`ok  ${document.size} bytes arrived whole, after ${retries} breaks, as ${document.href}`);
