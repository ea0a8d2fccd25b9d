// GitHub, Slack and HubSpot, as far as a login needs them: node social_providers.mjs PORT
//
// None of the three can be run elsewhere, so these are stand-ins. What they take and answer has the shapes of the services' own
// public documentation; each of the files in social/ says of which pages. They log everybody in at once, as whoever `PUT /told`
// says, and show a page first where that asks for one. `mistake` in it names what one of them is to do wrong.

import http from "node:http";
import { GitHub } from "./social/github.mjs";
import { HubSpot } from "./social/hubspot.mjs";
import { Slack } from "./social/slack.mjs";
import { Refused } from "./social/service.mjs";

const port = Number(process.argv[2]);
const url = `http://127.0.0.1:${port}`;
const services = { github: new GitHub(`${url}/github`), slack: new Slack(`${url}/slack`), hubspot: new HubSpot(`${url}/hubspot`) };
let asked = [];

async function answer(request) {
  const { pathname, searchParams } = new URL(request.url, url);
  const body = await text(request);
  if (pathname === "/") return { body: "ready" };
  if (pathname === "/told") {
    asked = [];
    for (const service of Object.values(services)) service.told = JSON.parse(body);
    return { body: "told" };
  }
  if (pathname === "/asked") return { json: asked };
  const [, name, ...rest] = pathname.split("/");
  const service = services[name];
  if (!service) return { status: 404, json: { message: "Not Found" } };
  const path = `/${rest.join("/")}`;
  asked.push(`${request.method} ${name}${path}${new URL(request.url, url).search}`);
  const query = Object.fromEntries(searchParams);
  const form = Object.fromEntries(new URLSearchParams(body));
  return service.answer({ method: request.method, path, query, form, headers: request.headers });
}

async function text(request) {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}

http
  .createServer(async (request, response) => {
    const said = await answer(request).catch((error) => {
      if (error instanceof Refused) return error.answer;
      console.error(error);
      return { status: 500, json: { message: String(error) } };
    });
    const { status = 200, headers = {}, json, body = json === undefined ? "" : JSON.stringify(json) } = said;
    const type = json === undefined ? "text/html; charset=utf-8" : "application/json; charset=utf-8";
    response.writeHead(status, { "content-type": type, ...headers }).end(body);
  })
  .listen(port, "127.0.0.1");
