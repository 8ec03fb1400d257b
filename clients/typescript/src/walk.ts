// What a frontend does with the API, in order: list, page, create once, change, meet a conflict and get over it.
// usage: STEDENBAND_KEY=<key of a coordinator> node dist/walk.js [http://127.0.0.1:8000]
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./contract.js";

type CityLink = components["schemas"]["CityLink"];
type Problem = components["schemas"]["Problem"];

const address = process.argv[2] ?? "http://127.0.0.1:8000";
const key = process.env["STEDENBAND_KEY"];
if (!key) throw new Error("Set STEDENBAND_KEY to the key of a coordinator.");

const asCaller: Middleware = {
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${key}`);
    request.headers.set("Accept-Language", "en");
    return request;
  },
};
const api = createClient<paths, "application/json" | "application/problem+json">({ baseUrl: `${address}/v1` });
api.use(asCaller);

function step(what: string): void {
  console.log(`ok  ${what}`);
}

// A problem document says what is wrong and what to do; a program throws it where it expected none.
function expected<T>(reply: { data?: T; error?: unknown; response: Response }): NonNullable<T> {
  if (reply.data !== undefined && reply.data !== null) return reply.data;
  const problem = reply.error as Problem | undefined;
  throw new Error(`${reply.response.status} ${problem?.title ?? ""}: ${problem?.detail ?? ""}`);
}

function tagOf(response: Response): string {
  const tag = response.headers.get("ETag");
  assert(tag, "a record has a tag");
  return tag;
}

// List: typed filters, only the properties wanted, the referred cities beside the page.
const first = expected(
  await api.GET("/cityLinks", {
    params: { query: { status: ["active"], select: "(title,members)", embed: ["partnerCities"], pageSize: 5, total: true } },
  }),
);
assert(first.total !== undefined && first.total > 5, "the demo has more than one page");
assert(first.items.every((link) => link.title && link.kind === undefined));
const someMember = first.items[0]?.members?.[0]?.city?.href;
const beside = someMember ? first.embedded?.[someMember] : undefined;
assert(beside && "name" in beside && beside.name, "the members' cities are in the map");
step(`list: ${first.total} active links, ${Object.keys(first.embedded ?? {}).length} cities beside the first page`);

// Page: follow next until there is none; nothing comes twice.
const seen = new Set<string>();
let next: string | undefined = `${address}/v1/cityLinks?pageSize=200&select=(title)`;
let pages = 0;
while (next) {
  const reply = await fetch(next, { headers: { Authorization: `Bearer ${key}` } });
  const page = (await reply.json()) as components["schemas"]["CityLinkCollection"];
  page.items.forEach((link) => {
    assert(!seen.has(link.id), "no record comes twice");
    seen.add(link.id);
  });
  next = page.next;
  pages += 1;
}
assert(seen.size >= first.total);
step(`page: ${seen.size} links on ${pages} pages`);

// Create with an idempotency key: what a bad line repeats is done once.
const [own, other] = await Promise.all(
  ["Genk", "Francistown"].map(async (name) => {
    const found = expected(await api.GET("/partnerCities", { params: { query: { q: name, pageSize: 1 } } }));
    const city = found.items[0];
    assert(city, `${name} is in the register`);
    return city;
  }),
);
assert(own && other);
const body: components["schemas"]["CityLinkCreate"] = {
  kind: "friendship",
  title: "Walk of the TypeScript client",
  members: [{ city: { id: own.id } }, { city: { id: other.id } }],
  summary: { nl: "Een proef.", en: "A trial." },
};
const header = { "Idempotency-Key": randomUUID() };
const made = await api.POST("/cityLinks", { body, params: { header } });
const link: CityLink = expected(made);
const again = await api.POST("/cityLinks", { body, params: { header } });
assert.equal(made.response.status, 201);
assert.equal(made.response.headers.get("Location"), link.href);
assert.equal(expected(again).id, link.id);
step("create: sent twice with one key, made once");

const other_body = await api.POST("/cityLinks", { body: { ...body, title: "Another" }, params: { header } });
assert.equal(other_body.response.status, 422);
step(`the key with another body: ${other_body.response.status} ${(other_body.error as Problem).title}`);

// Read again for nothing: 304.
const path = { cityLinkId: link.id };
const tag = tagOf(made.response);
const same = await api.GET("/cityLinks/{cityLinkId}", { params: { path, header: { "If-None-Match": tag } } });
assert.equal(same.response.status, 304);
step("read: unchanged, 304 without a body");

// Conditional update: the tag says which version the change is for.
const changed = await api.PATCH("/cityLinks/{cityLinkId}", {
  params: { path, header: { "If-Match": tag } },
  body: { summary: { fr: "Un essai." } },
});
assert.deepEqual(Object.keys(expected(changed).summary ?? {}).sort(), ["en", "fr", "nl"]);
step("change: a merge patch adds one language and leaves the others");

// Conflict: the same old tag again is 412; read, apply the change to what is there, send that.
const late = await api.PATCH("/cityLinks/{cityLinkId}", {
  params: { path, header: { "If-Match": tag } },
  body: { title: "Late" },
});
assert.equal(late.response.status, 412);
const now = await api.GET("/cityLinks/{cityLinkId}", { params: { path } });
const merged = await api.PATCH("/cityLinks/{cityLinkId}", {
  params: { path, header: { "If-Match": tagOf(now.response) } },
  body: { title: `${expected(now).title}, renamed` },
});
assert.equal(expected(merged).version, (expected(now).version ?? 0) + 1);
step("conflict: 412 for the old tag; read again, applied again, stored");

// Bad input: the problem names the field.
const refused = await api.POST("/cityLinks", {
  body: { ...body, members: [{ city: { id: own.id } }] },
  params: { header: { "Idempotency-Key": randomUUID() } },
});
const problem = refused.error as Problem;
assert.equal(refused.response.status, 400);
assert(problem.issues?.some((issue) => issue.name?.startsWith("members")));
step(`refused: ${problem.issues?.[0]?.name}: ${problem.issues?.[0]?.detail}`);

// The open moves, one of them taken; then the record goes, as it was never published.
assert(merged.data?.transitions?.some((move) => move.to === "exploring" && move.demands.length === 0));
const moved = await api.POST("/cityLinks/{cityLinkId}/transitions", {
  params: { path, header: { "If-Match": tagOf(merged.response) } },
  body: { to: "exploring" },
});
assert.equal(expected(moved).status, "exploring");
const gone = await api.DELETE("/cityLinks/{cityLinkId}", { params: { path, header: { "If-Match": tagOf(moved.response) } } });
assert.equal(gone.response.status, 204);
step("moved along its lifecycle, then deleted");
