// A worked example: is mail delivered that was deferred twice? With failmx on the PATH, or running
// where FAILMX_HTTP says:
//
//   (cd scripts/examples/node && npm ci && npm test)
//
// The test makes a receiver of its own, so many of these run side by side; lets the sender under
// test, here nodemailer in a loop, send one message to it; looks at what the sender saw and at what
// failmx saw; asks for the verdict; and removes the receiver. What talks to failmx is failmx.mjs, to
// be copied. Node 18 or later.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import nodemailer from 'nodemailer';
import { running } from './failmx.mjs';

// Every delivery is deferred twice; a second stands for a minute.
const scenario = {
  time: { scale: 60 },
  rule: [{ at: 'rcpt', times: 2, reply: '452 4.3.1 Mail system full' }],
  expect: [
    { check: 'retried', within: '1h' },
    { check: 'delivered-once', within: '2h' },
  ],
};

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

let mx, receiver;

before(async () => {
  mx = await running();
  receiver = await mx.receiver(scenario);
});

after(async () => {
  await receiver?.remove();
  await mx?.stop();
});

test('deferred mail is delivered', async () => {
  const { host, port } = receiver;
  const seen = await deliver(nodemailer.createTransport({ host, port, ignoreTLS: true }), {
    from: 'me@sender.test',
    to: 'you@receiver.test',
    messageId: `<${process.pid}@sender.test>`,
    text: 'Hi.',
  });
  assert.deepEqual(seen, [452, 452, 250]);

  const deliveries = await receiver.deliveries();
  assert.deepEqual(deliveries.map((delivery) => delivery.state), ['accepted']);
  const outcomes = deliveries[0].attempts.map((attempt) => attempt.outcome);
  assert.deepEqual(outcomes, ['deferred', 'deferred', 'accepted']);

  const report = await receiver.verify('30s');
  assert.equal(report.verdict, 'pass', JSON.stringify(report.checks));
});
