"use strict";
// The prebuilt login frames this page and asks it about phone numbers: a message names a method and its argument, and brings a
// port for the answer.

const ask = async (query) => (await fetch("/clientside-services/phone_number?" + new URLSearchParams(query))).json();

const methods = {
  parsedPhoneNumber: ({ phoneNumber, regionCode }) => ask({ number: phoneNumber || "-", country: regionCode || "US" }),
  getExamplePhoneNumber: async ({ regionCode }) => ({ phoneNumber: (await ask({ country: regionCode || "US" })).national }),
};

addEventListener("message", async ({ data, ports: [port] }) => {
  const method = port && data && Object.hasOwn(methods, data.method) && methods[data.method];
  if (!method) return;
  try {
    port.postMessage({ success: true, payload: await method((data.args || [])[0] || {}) });
  } catch (error) {
    port.postMessage({ success: false, error: { name: error.name, message: error.message } });
  }
});
