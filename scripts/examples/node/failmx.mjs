// failmx in tests of Node: one file to copy, nothing to install. Node 18 or later.
//
//   const mx = await running();
//   const receiver = await mx.receiver('full-twice');
//   ...                                       // send to receiver.host, receiver.port
//   await receiver.deliveries(); await receiver.verify('30s');
//   await receiver.remove(); await mx.stop();
//
// running() is the failmx that FAILMX_HTTP names; where it names none, one of its own on free ports
// (`failmx` on the PATH, or the program that FAILMX names), ended by stop().

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

let number = 0;

export async function running() {
  if (process.env.FAILMX_HTTP) return new Failmx(process.env.FAILMX_HTTP);
  const own = spawn(
    process.env.FAILMX ?? 'failmx',
    ['serve', '--quiet', '--smtp', '127.0.0.1:0', '--http', '127.0.0.1:0'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  // failmx ready smtp=127.0.0.1:1025 http=127.0.0.1:8025 ...; nothing if it cannot start
  for await (const line of createInterface({ input: own.stdout })) {
    return new Failmx('http://' + line.match(/ http=(\S+)/)[1], own);
  }
  throw new Error('failmx did not start');
}

export class Failmx {
  constructor(http, own, token = process.env.FAILMX_TOKEN) {
    Object.assign(this, { http, own, token });
  }

  // What failmx answers, decoded; what it refuses is thrown with every mistake it names.
  async api(method, path, body) {
    const headers = { 'Content-Type': 'application/json' };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    const answer = await fetch(this.http + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  // A receiver of its own on a free port; `scenario`: a name, or its keys as an object.
  async receiver(scenario) {
    const path = `/v1/receivers/node-${process.pid}-${++number}`;
    const listeners = [{ address: '127.0.0.1:0' }];
    const { name, listeners: made } = await this.api('PUT', path, { scenario, listeners });
    const [host, port] = made[0].address.split(':');
    return {
      name,
      host,
      port: Number(port),
      deliveries: async () => (await this.api('GET', `/v1/deliveries?receiver=${name}`)).items,
      verify: (wait = '0s') => this.api('POST', '/v1/verify', { receiver: name, wait }),
      remove: () => this.api('DELETE', path),
    };
  }

  async stop() {
    if (this.own?.kill()) await once(this.own, 'exit');
  }
}
