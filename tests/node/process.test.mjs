// The program as an operator and other people's scripts see it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { BIN, Server } from "./server.mjs";
import { World, emailAt, id, signedIn, succeeded } from "./sdk.mjs";

const run = promisify(execFile);

describe("the process", () => {
  test("prints one line, answers health checks, stops on SIGTERM and SIGINT with 0", async () => {
    for (const signal of ["SIGTERM", "SIGINT"]) {
      const server = await Server.start();
      try {
        assert.equal(server.stdout, `listening on ${server.url}\n`);
        for (const path of ["/healthz", "/readyz"]) {
          assert.equal((await fetch(server.url + path)).status, 200, path);
        }
        const metrics = await fetch(`${server.url}/metrics`);
        assert.equal(metrics.status, 200);
        assert.match(await metrics.text(), /^# TYPE \w+/m);
        assert.equal(await server.terminate(signal), 0, signal);
        assert.equal(server.stdout, `listening on ${server.url}\n`, "nothing else on stdout");
        await assert.rejects(fetch(`${server.url}/healthz`));
      } finally {
        await server.stop();
      }
    }
  });

  test("a project is one JSON object, and a running server knows it at once", async () => {
    const server = await Server.start();
    try {
      const project = await server.createProject({ name: "Fresh" });
      assert.deepEqual(Object.keys(project).sort(), [
        "environment",
        "project_id",
        "public_token",
        "secret",
      ]);
      assert.equal(project.environment, "test");
      assert.match(project.project_id, id("project"));
      assert.match(project.public_token, id("public-token"));
      const authorization = `Basic ${btoa(`${project.project_id}:${project.secret}`)}`;
      const answer = await fetch(`${server.url}/v1/b2b/rbac/policy`, {
        headers: { authorization },
      });
      assert.equal(answer.status, 200);
    } finally {
      await server.stop();
    }
  });

  test("a second instance on the same file refuses to start", async () => {
    const server = await Server.start();
    try {
      await assert.rejects(
        run(BIN, ["serve", "--listen", "127.0.0.1:0", "--database-url", server.databaseUrl], {
          timeout: 40_000,
        }),
        (error) => {
          assert.ok(!error.killed, "it did not end by itself");
          assert.notEqual(error.code, 0);
          assert.ok(error.stderr.trim().length > 20, "it says why");
          assert.doesNotMatch(error.stderr, /panicked/);
          return true;
        },
      );
      assert.equal((await fetch(`${server.url}/readyz`)).status, 200, "the first one goes on");
    } finally {
      await server.stop();
    }
  });

  test("everything is still there after a restart", async () => {
    const world = await World.start();
    try {
      const founded = signedIn(await world.foundOrganization());
      const pending = await world.discoveryToken(emailAt());
      assert.equal(await world.server.terminate(), 0);
      await world.server.restart();
      const { member } = succeeded(
        await world.client.sessions.authenticate({ session_token: founded.session_token }),
      );
      assert.equal(member.member_id, founded.member_id);
      const local = await world.client.sessions.authenticateJwtLocal({
        session_jwt: founded.session_jwt,
      });
      assert.equal(local.member_id, founded.member_id);
      succeeded(
        await world.client.magicLinks.discovery.authenticate({
          discovery_magic_links_token: pending,
        }),
      );
    } finally {
      await world.stop();
    }
  });

  test("logs hold no secret", async () => {
    const world = await World.start();
    try {
      const address = emailAt();
      const token = await world.discoveryToken(address);
      const { intermediate_session_token } = await world.client.magicLinks.discovery.authenticate({
        discovery_magic_links_token: token,
      });
      const founded = signedIn(
        await world.client.discovery.organizations.create({ intermediate_session_token }),
      );
      await world.client.sessions.authenticate({ session_token: founded.session_token });
      await world.client.sessions.authenticate({ session_token: "wrong-but-private" }).catch(() => {});
      const logs = world.server.stderr + world.server.stdout;
      const [, , signature] = founded.session_jwt.split(".");
      for (const secret of [
        token,
        intermediate_session_token,
        founded.session_token,
        signature,
        world.project.secret,
        "wrong-but-private",
      ]) {
        assert.ok(!logs.includes(secret), `the log contains ${secret}`);
      }
    } finally {
      await world.stop();
    }
  });
});
