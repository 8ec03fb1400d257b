// Receive webhooks: STEDENBAND_WEBHOOK_SECRET=whsec_… node dist/receive.js 9000
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";

type Message = { id: string; type: string; subject: string; data: Record<string, unknown> };

const secret = Buffer.from((process.env["STEDENBAND_WEBHOOK_SECRET"] ?? "").replace(/^whsec_/, ""), "base64");
const seen = new Set<string>();

// Whether a message was signed with the secret, within the last five minutes.
function isGenuine(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const when = String(headers["webhook-timestamp"]);
  if (!(Math.abs(Date.now() / 1000 - Number(when)) < 300)) return false;
  const signed = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${when}.`), body]);
  const expected = Buffer.from(`v1,${createHmac("sha256", secret).update(signed).digest("base64")}`);
  const given = String(headers["webhook-signature"]).split(" ").map((each) => Buffer.from(each));
  return given.some((each) => each.length === expected.length && timingSafeEqual(each, expected));
}

createServer(async (request, response) => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  if (!isGenuine(request.headers, body)) {
    response.writeHead(403).end();
    return;
  }
  response.writeHead(204).end();
  const message = JSON.parse(body.toString("utf8")) as Message;
  if (seen.has(message.id)) return;
  seen.add(message.id);
  console.log(message.type, message.subject);
}).listen(Number(process.argv[2] ?? "9000"), "127.0.0.1");
