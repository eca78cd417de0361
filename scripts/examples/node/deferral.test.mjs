// A worked example: is mail delivered that was deferred twice? Run it beside a failmx:
//
//   failmx serve &
//   cd scripts/examples/node && npm ci && npm test      (FAILMX_HTTP may name another failmx)
//
// The test makes a receiver of its own, so many of these run side by side; lets the sender under
// test, here nodemailer in a loop, send one message to it; looks at what the sender saw and at what
// failmx saw; asks for the verdict; and removes the receiver. Node 18 or later.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import nodemailer from 'nodemailer';

const http = process.env.FAILMX_HTTP ?? 'http://127.0.0.1:8025';
const receiver = `node-example-${process.pid}`;

// Every delivery is deferred twice; a second stands for a minute.
const scenario = {
  time: { scale: 60 },
  rule: [{ at: 'rcpt', times: 2, reply: '452 4.3.1 Mail system full' }],
  expect: [
    { check: 'retried', within: '1h' },
    { check: 'delivered-once', within: '2h' },
  ],
};

// What failmx answers, decoded.
async function api(method, path, body) {
  const answer = await fetch(http + path, {
    method,
    body: body && JSON.stringify(body),
    headers: body && { 'Content-Type': 'application/json' },
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

// The sender under test: tries again, later and later. The reply codes that it met.
async function deliver(transport, message, attempts = 5) {
  const seen = [];
  for (let attempt = 1; attempt <= attempts; ++attempt) {
    try {
      const sent = await transport.sendMail(message);
      return [...seen, Number(sent.response.slice(0, 3))];
    } catch (error) {
      seen.push(error.responseCode);
    }
    await pause(attempt * 1000);
  }
  return seen;
}

let transport;

before(async () => {
  const made = await api('PUT', `/v1/receivers/${receiver}`, {
    scenario,
    listeners: [{ address: '127.0.0.1:0' }],
  });
  const [host, port] = made.listeners[0].address.split(':');
  transport = nodemailer.createTransport({ host, port: Number(port), ignoreTLS: true });
});

after(() => api('DELETE', `/v1/receivers/${receiver}`));

test('deferred mail is delivered', async () => {
  const seen = await deliver(transport, {
    from: 'me@sender.test',
    to: 'you@receiver.test',
    messageId: `<${process.pid}@sender.test>`,
    text: 'Hi.',
  });
  assert.deepEqual(seen, [452, 452, 250]);

  const { items } = await api('GET', `/v1/deliveries?receiver=${receiver}`);
  assert.deepEqual(items.map((delivery) => delivery.state), ['accepted']);
  const outcomes = items[0].attempts.map((attempt) => attempt.outcome);
  assert.deepEqual(outcomes, ['deferred', 'deferred', 'accepted']);

  const report = await api('POST', '/v1/verify', { receiver, wait: '30s' });
  assert.equal(report.verdict, 'pass', JSON.stringify(report.checks));
});
