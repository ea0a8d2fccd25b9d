// What others have written for SCIM: SCIMMY's messages and schemas as a client of the server, and other evaluators of filters.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { filter as evaluator, parse } from "scim2-parse-filter";
import SCIMMY from "scimmy";
import { World, emailAt, succeeded } from "./sdk.mjs";

const { Messages, Schemas, Types } = SCIMMY;

describe("clients of the SCIM server that others have written", () => {
  let world, base, token;
  before(async () => {
    world = await World.start();
    const { organization_id } = succeeded(await world.client.organizations.create({ organization_name: "SCIM" })).organization;
    ({ base_url: base, bearer_token: token } = succeeded(await world.client.scim.connection.create({ organization_id })).connection);
  });
  after(() => world?.stop());

  const ask = async (method, path, message) => {
    const answer = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
      body: message && JSON.stringify(message),
    });
    const body = answer.status === 204 ? undefined : await answer.json();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${JSON.stringify(body)}`);
    return body;
  };
  /** What SCIMMY reads of a resource; it refuses what its schemas do not allow. */
  const read = (Schema, resource) => new Schema(resource, "out", base);

  test("SCIMMY writes users and groups, changes them, and reads what it gets", async () => {
    const email = emailAt();
    const sent = new Schemas.User(
      { userName: email, name: { givenName: "ada", familyName: "lovelace" }, emails: [{ value: email, type: "work", primary: true }], active: true },
      "in",
    );
    const user = await ask("POST", "/Users", sent);
    const known = read(Schemas.User, user);
    assert.deepEqual([known.userName, known.name.familyName, known.emails[0].value, known.active], [email, "lovelace", email, true]);

    const group = await ask("POST", "/Groups", new Schemas.Group({ displayName: "Engineers", members: [{ value: user.id }] }, "in"));
    assert.deepEqual([...read(Schemas.Group, group).members].map(({ value }) => value), [user.id]);

    // The operations that lead from one state to another, as a client has to send them; applied by the server they lead there.
    const patch = new Messages.PatchOp({
      schemas: [Messages.PatchOp.id],
      Operations: [
        { op: "replace", path: "name.familyName", value: "king" },
        { op: "add", path: "title", value: "countess" },
        { op: "remove", path: 'emails[type eq "work"]' },
      ],
    });
    const here = await patch.apply(read(Schemas.User, user));
    const there = read(Schemas.User, await ask("PATCH", `/Users/${user.id}`, patch));
    for (const each of [here, there]) assert.deepEqual([each.name.familyName, each.title, each.emails ?? []], ["king", "countess", []]);

    const bulk = await ask("POST", "/Bulk", {
      schemas: [Messages.BulkRequest.id],
      Operations: [
        { method: "POST", path: "/Users", bulkId: "one", data: { schemas: [Schemas.User.definition.id], userName: emailAt() } },
        { method: "PATCH", path: `/Groups/${group.id}`, data: { schemas: [Messages.PatchOp.id], Operations: [{ op: "add", path: "members", value: [{ value: "bulkId:one" }] }] } },
      ],
    });
    assert.deepEqual(bulk.Operations.map(({ status }) => status), ["201", "200"]);

    const found = await ask("POST", "/Users/.search", { ...new Messages.SearchRequest().prepare({ filter: `userName eq "${email}"`, count: 5 }) });
    const list = new Messages.ListResponse(found);
    assert.deepEqual([list.totalResults, list.Resources.map(({ id }) => id)], [1, [user.id]]);
    // What the server can do, in the words that SCIMMY knows.
    for (const each of (await ask("GET", "/Schemas")).Resources) {
      const mine = [Schemas.User, Schemas.Group, Schemas.EnterpriseUser].find(({ definition }) => definition.id === each.id);
      assert.equal(mine.definition.name.replace(" ", ""), each.name.replace(" ", ""));
    }
  });

  test("other evaluators find the same by filters made up by chance", async () => {
    let state = Number(process.env.GUILDHALL_FILTERS_SEED ?? Date.now() % 1e9);
    const seed = state;
    const chance = (most) => {
      state = (state * 48271 + 11) % 2147483647;
      return state % most;
    };
    const pick = (...some) => some[chance(some.length)];
    const text = () => pick("a", "ab", "abc", "b", "ba", "c a");
    const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    // All texts are in lower case here, so that it is no question whether case counts; and what is there is not empty.
    const operations = Array.from({ length: 40 }, (_, i) => {
      const user = { userName: emailAt(), displayName: text(), active: chance(2) === 0, emails: [] };
      if (chance(2)) user.title = text();
      if (chance(2)) user.name = { givenName: text(), familyName: text() };
      if (chance(2)) user[enterprise] = { department: text() };
      for (const type of ["home", "work"]) if (chance(2)) user.emails.push({ value: `${pick("a", "b")}@${pick("a", "b")}.example`, type, primary: type === "work" });
      return { method: "POST", path: "/Users", bulkId: String(i), data: user };
    });
    const made = await ask("POST", "/Bulk", { schemas: [Messages.BulkRequest.id], Operations: operations });
    assert.ok(made.Operations.every(({ status }) => status === "201"), JSON.stringify(made));
    const users = (await ask("GET", "/Users?count=1000")).Resources;

    const compared = (names) => `${pick(...names)} ${pick("eq", "co", "sw", "ew", "gt", "ge", "lt", "le")} ${JSON.stringify(text())}`;
    const within = (depth) =>
      pick(
        () => `type eq "${pick("home", "work")}"`,
        () => `value ${pick("co", "sw", "ew", "eq")} "${pick("a", "b", "a.example", "b@a.example")}"`,
        () => `primary eq ${pick("true", "false")}`,
        () => (depth > 0 ? `${within(depth - 1)} ${pick("and", "or")} ${within(depth - 1)}` : 'value sw "b"'),
      )();
    const filter = (depth) =>
      pick(
        () => compared(["displayName", "title", "name.givenName", "name.familyName", `${enterprise}:department`]),
        () => compared(["DisplayName", "NAME.givenname"]),
        () => `${pick("title", "name", "name.givenName", "emails", "emails.type", enterprise + ":department")} pr`,
        () => `active eq ${pick("true", "false")}`,
        () => `emails.value ${pick("co", "sw", "eq")} "${pick("a", "b@", "a@b.example")}"`,
        () => `emails[${pick('type eq "home"', 'value co "a"', "primary eq true")}]`,
        () => (depth > 0 ? `${filter(depth - 1)} ${pick("and", "or")} ${filter(depth - 1)}` : "userName pr"),
        () => (depth > 0 ? `(${filter(depth - 1)}) ${pick("and", "or")} ${filter(depth - 1)}` : "id pr"),
        () => (depth > 0 ? `not (${filter(depth - 1)})` : "title pr"),
      )();
    // What is said between brackets is to hold for one element; only one of the two evaluators knows, and it knows little else.
    const one = (text) => users.filter(evaluator(parse(text)));
    const other = (text) => users.filter(({ emails = [] }) => new Types.Filter(text).match([{ emails }]).length);
    const asked = [...Array.from({ length: 80 }, () => [filter(4), one]), ...Array.from({ length: 40 }, () => [`emails[${within(1)}]`, other])];
    const compare = async ([text, judge]) => {
      const query = new URLSearchParams({ filter: text, attributes: "id", count: "1000" });
      const theirs = judge(text).map(({ id }) => id);
      const ours = (await ask("GET", `/Users?${query}`)).Resources.map(({ id }) => id);
      assert.deepEqual(ours, theirs, `${text} (GUILDHALL_FILTERS_SEED=${seed})`);
      return ours.length;
    };
    const counts = [];
    for (let i = 0; i < asked.length; i += 10) counts.push(...(await Promise.all(asked.slice(i, i + 10).map(compare))));
    assert.ok(counts.filter((count) => count > 0 && count < users.length).length > 30, "most filters find some and not all");
  });
});
