import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Operation } from './races.js';

const turns = 50;
const callsPerTurn = 100;

/**
 * Has something called by timers and by requests, as in any application. Until then the compiler takes it that a promise is
 * made by promises alone, and whoever first does anything by a timer pays for all: AsyncLocalStorage asks each who made it.
 */
export async function live(operation: () => ReturnType<Operation>): Promise<void> {
  const some = async () => {
    for (let i = 0; i < callsPerTurn; i++) await operation();
  };
  for (let turn = 0; turn < turns; turn++) await new Promise((called) => setTimeout(() => called(some()), 1));
  const server = createServer((_request, response) => void some().then(() => response.end()));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  for (let turn = 0; turn < turns; turn++) await (await fetch(`http://127.0.0.1:${port}`)).arrayBuffer();
  await new Promise((closed) => server.close(closed));
}
