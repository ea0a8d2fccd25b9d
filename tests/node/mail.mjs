// A small SMTP server that keeps what it receives, and a reader for the messages: headers,
// the plain and the HTML part, and the links in them. No dependencies, so that the browser
// suite can use it as well.
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export class MailSink {
  #server;
  #sockets = new Set();
  /** Every message received, oldest first. */
  messages = [];
  port = 0;

  static async start() {
    const sink = new MailSink();
    sink.#server = net.createServer((socket) => sink.#serve(socket));
    await new Promise((resolve) => sink.#server.listen(0, "127.0.0.1", resolve));
    sink.port = sink.#server.address().port;
    return sink;
  }

  get url() {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async stop() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket) {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    const say = (line) => socket.write(`${line}\r\n`);
    let buffered = Buffer.alloc(0);
    let from = null;
    let to = [];
    let inData = false;

    const command = (line) => {
      const verb = line.split(" ", 1)[0].toUpperCase();
      if (verb === "EHLO") return socket.write("250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n");
      if (verb === "HELO" || verb === "NOOP") return say("250 OK");
      if (verb === "MAIL") {
        from = /<([^>]*)>/.exec(line)?.[1] ?? "";
        return say("250 OK");
      }
      if (verb === "RCPT") {
        to.push(/<([^>]*)>/.exec(line)?.[1] ?? "");
        return say("250 OK");
      }
      if (verb === "DATA") {
        if (from === null || to.length === 0) return say("503 Need MAIL and RCPT first");
        inData = true;
        return say("354 End with a single dot");
      }
      if (verb === "RSET") {
        from = null;
        to = [];
        return say("250 OK");
      }
      if (verb === "QUIT") {
        say("221 Bye");
        return socket.end();
      }
      return say("502 Not here");
    };

    socket.on("data", (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      for (;;) {
        if (inData) {
          const end = buffered.indexOf("\r\n.\r\n");
          if (end < 0) return;
          const raw = buffered.subarray(0, end + 2).toString("latin1").replace(/^\.\./gm, ".");
          buffered = buffered.subarray(end + 5);
          inData = false;
          this.messages.push({ envelope: { from, to }, ...readMessage(raw), raw });
          from = null;
          to = [];
          say("250 Kept");
        } else {
          const end = buffered.indexOf("\r\n");
          if (end < 0) return;
          const line = buffered.subarray(0, end).toString("utf8");
          buffered = buffered.subarray(end + 2);
          command(line);
        }
      }
    });
    say("220 sink ready");
  }

  /** The messages sent to one address, oldest first. */
  to(address) {
    const wanted = address.toLowerCase();
    return this.messages.filter((m) => m.envelope.to.some((a) => a.toLowerCase() === wanted));
  }

  /** Waits until `address` has received `count` messages in all, and returns the last of them. */
  async wait(address, { count = 1, within = 15_000 } = {}) {
    const deadline = Date.now() + within;
    for (;;) {
      const found = this.to(address);
      if (found.length >= count) return found[count - 1];
      if (Date.now() > deadline) {
        const seen = this.messages.map((m) => `${m.envelope.to}: ${m.subject}`).join("; ");
        throw new Error(`mail ${count} to ${address} did not arrive (received: ${seen || "nothing"})`);
      }
      await sleep(20);
    }
  }
}

/** Splits a raw message into what a mail reader would show. */
export function readMessage(raw) {
  const part = readPart(raw);
  const leaves = flatten(part);
  const find = (type) => leaves.find((leaf) => leaf.type === type)?.body ?? "";
  const html = find("text/html");
  return {
    headers: part.headers,
    from: decodeWords(part.headers.get("from") ?? ""),
    subject: decodeWords(part.headers.get("subject") ?? ""),
    text: find("text/plain"),
    html,
    links: [...html.matchAll(/href\s*=\s*"([^"]+)"/gi)].map((m) => unescapeHtml(m[1])),
  };
}

function readPart(raw) {
  const split = raw.indexOf("\r\n\r\n");
  const head = split < 0 ? raw : raw.slice(0, split);
  const body = split < 0 ? "" : raw.slice(split + 4);
  const headers = new Map();
  for (const line of head.replace(/\r\n[ \t]+/g, " ").split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const contentType = headers.get("content-type") ?? "text/plain";
  const type = contentType.split(";", 1)[0].trim().toLowerCase();
  if (type.startsWith("multipart/")) {
    const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
    const parts = `\r\n${body}`
      .split(`\r\n--${boundary}`)
      .slice(1)
      .filter((p) => !p.startsWith("--"))
      .map((p) => readPart(p.replace(/^[ \t]*\r\n/, "")));
    return { headers, type, parts };
  }
  const encoding = (headers.get("content-transfer-encoding") ?? "7bit").toLowerCase();
  let bytes;
  if (encoding === "base64") bytes = Buffer.from(body, "base64");
  else if (encoding === "quoted-printable") bytes = Buffer.from(quotedPrintable(body), "latin1");
  else bytes = Buffer.from(body, "latin1");
  return { headers, type, body: bytes.toString("utf8") };
}

const flatten = (part) => (part.parts ? part.parts.flatMap(flatten) : [part]);

const quotedPrintable = (text) =>
  text
    .replace(/[ \t]+(?=\r\n)/g, "")
    .replace(/=\r\n/g, "")
    .replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));

function decodeWords(text) {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?[^?]+\?([bq])\?([^?]*)\?=/gi, (_, how, data) =>
      how.toLowerCase() === "b"
        ? Buffer.from(data, "base64").toString("utf8")
        : Buffer.from(quotedPrintable(data.replace(/_/g, " ")), "latin1").toString("utf8"),
    );
}

export const unescapeHtml = (text) =>
  text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))
    .replace(/&#([0-9]+);/g, (_, n) => String.fromCodePoint(Number(n)))
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");

/** The link of a sign-in mail that leads to the server's hop page. */
export function hopLink(message) {
  const link = message.links.find((l) => l.includes("/v1/magic_links/redirect"));
  if (!link) throw new Error(`no sign-in link in: ${message.subject}\n${message.html || message.text}`);
  return new URL(link);
}

/** The code of a mail, which stands on a line of its own. */
export function codeOf(message) {
  const codes = message.text.match(/^\d{6}(?=\r?$)/gm) ?? [];
  if (codes.length !== 1) throw new Error(`${codes.length} codes in: ${message.subject}\n${message.text}`);
  return codes[0];
}

/** The one-time token that a sign-in mail carries. */
export function tokenOf(message) {
  const token = hopLink(message).searchParams.get("token");
  if (!token) throw new Error(`the link carries no token: ${hopLink(message)}`);
  return token;
}
