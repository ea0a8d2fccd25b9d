#!/usr/bin/env bash
# A guess: mail to pelé@example.com through a server that does not offer SMTPUTF8 ends in an error before anything is sent; RFC
# 6531 forbids such an address in the envelope then.
# Instead: nodemailer 10.6.1 sends RCPT TO with the raw UTF-8 bytes, only without the SMTPUTF8 parameter. What happens depends on
# the server: this one takes it. (The domain is treated right: bücher.example travels as xn--bcher-kva.example.)
# For sign-in: "sent" is not "deliverable". A magic link to such an address may vanish or bounce far away, while the app says that
# it is on its way. Look at what the server offers, and refuse early and clearly.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund nodemailer@10.6.1
cat > finding.cjs <<'JS'
const assert = require("node:assert");
const net = require("node:net");
const nodemailer = require("nodemailer");

// A server that offers nothing but plain SMTP, and writes down the envelope.
const envelope = [];
const server = net.createServer((socket) => {
  let data = false;
  let rest = "";
  socket.setEncoding("utf8").write("220 mail.example.com ESMTP\r\n");
  socket.on("data", (chunk) => {
    const lines = (rest + chunk).split("\r\n");
    rest = lines.pop();
    for (const line of lines) {
      if (data) {
        data = line !== ".";
        if (!data) socket.write("250 taken\r\n");
      } else if (line.startsWith("EHLO")) socket.write("250-mail.example.com\r\n250 8BITMIME\r\n");
      else if (line === "DATA") {
        data = true;
        socket.write("354 go on\r\n");
      } else if (line === "QUIT") socket.end("221 bye\r\n");
      else {
        envelope.push(line);
        socket.write("250 fine\r\n");
      }
    }
  });
});
server.listen(0, "127.0.0.1", async () => {
  const transport = nodemailer.createTransport({ host: "127.0.0.1", port: server.address().port, secure: false });
  for (const to of ["pelé@example.com", "user@bücher.example"])
    await transport.sendMail({ from: "login@example.com", to, subject: "Your link", text: "https://app.example.com/" });
  server.close();
  console.log("nodemailer", require("nodemailer/package.json").version, envelope);
  const recipients = envelope.filter((line) => line.startsWith("RCPT"));
  assert.deepStrictEqual(recipients, ["RCPT TO:<pelé@example.com>", "RCPT TO:<user@xn--bcher-kva.example>"]);
  assert(!envelope.join().includes("SMTPUTF8"));
});
JS
node finding.cjs
