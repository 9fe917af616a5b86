// The npm clients, driven over standard input: one JSON line {url, token, client, call, input} in,
// one line {result} or {error} out. Bytes travel as {"$bytes": base64}. `call` is a path:
// "messages.sendText".

import { createInterface } from "node:readline";

import GreatDetail from "@great-detail/whatsapp";
import { WhatsAppClient } from "@kapso/whatsapp-cloud-api";
import * as kapsoServer from "@kapso/whatsapp-cloud-api/server";

// Each makes a client that speaks to the emulator at `url`.
const makers = {
  kapso: (url, token) =>
    new WhatsAppClient({ accessToken: token, baseUrl: url, graphVersion: "v26.0" }),
  kapsoServer: () => kapsoServer,
  greatDetail: (url, token) => greatDetail(url, token, {}),
  // Its own base URL ends without a slash, so the version is lost: see expected.py.
  greatDetailMended: (url, token) => greatDetail(url, token, { graphVersion: "v23.0/" }),
};

function greatDetail(url, token, options) {
  const headers = { Authorization: `Bearer ${token}` };
  return new GreatDetail({ baseUrl: url, request: { headers, retry: 0 }, ...options });
}

function decoded(_key, value) {
  return value?.$bytes === undefined ? value : Buffer.from(value.$bytes, "base64");
}

function encoded(_key, value) {
  return value instanceof ArrayBuffer ? { $bytes: Buffer.from(value).toString("base64") } : value;
}

function told(error) {
  const answer = error.response === undefined ? undefined : error.data;
  const { name, message, code, category, httpStatus, details, retry } = error;
  return { name, message, code, category, httpStatus, details, retry, answer };
}

async function perform({ url, token, client, call, input }) {
  const path = call.split(".");
  const method = path.pop();
  const owner = path.reduce((object, key) => object[key], makers[client](url, token));
  const answered = await owner[method](...(Array.isArray(input) ? input : [input]));
  if (typeof answered?.json !== "function") return answered;
  if (!answered.ok) throw Object.assign(new Error(answered.statusText), { response: answered });
  return answered.json();
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { result: (await perform(JSON.parse(line, decoded))) ?? null };
  } catch (error) {
    answer = { error: told(error) };
  }
  process.stdout.write(`${JSON.stringify(answer, encoded)}\n`);
}
