import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceHandle } from '@iot/local-stack';
import type { Collection } from 'mongodb';
import { Pool } from 'undici';
import { figuresOf, percentile, type CaseResult } from '../core/results.js';
import { sampleText, type Bench, type BenchContext } from '../run/bench.js';
import { preparePlatform, type Platform } from '../run/platform.js';
import { cpuSeconds, residentMb } from '../run/process-cost.js';
import type { Sample } from '../run/interleave.js';
import { loadDocuments } from '../run/load-documents.js';

const USERS = 2_000_000;
const FEW = 1000;
const PASSWORD = 'what everybody here has as a password';
const CONNECTIONS = 8;
const WEEK_MS = 7 * 86_400_000;

interface User {
  _id: string;
  role: string;
  password: string;
  created_at: Date;
  updated_at: Date;
  blocked_at: null;
}
interface Session {
  _id: string;
  user: string;
  created_at: Date;
  generation: number;
  rotated_at: Date;
  expire_at: Date;
}
const userName = (n: number): string => `user-${String(n).padStart(7, '0')}`;

/** Two million users, each with a session: what logging in and asking cost then. */
export const people: Bench = {
  name: 'people',
  about: 'log-ins and token checks with 2,000,000 users and as many sessions in the database',
  cases: [],
  apart: true,
  run: async (context) => {
    const { lab, settings, say } = context;
    const many = settings.events ?? (settings.quick ? USERS / 20 : USERS);
    const platform = await preparePlatform(lab);
    const signingKey = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey;
    let service: ServiceHandle | undefined;
    try {
      service = await lab.start('dashboard-api', {
        env: {
          ...platform.env,
          AUTH: 'on',
          AUTH_SIGNING_KEY: signingKey,
          AUTH_ADMIN_PASSWORD: PASSWORD,
          TRUSTED_PROXIES: '127.0.0.1',
        },
      });
      const cases: CaseResult[] = [];
      let there = 0;
      for (const users of [FEW, many]) {
        const load_s = await fill(platform, there, users);
        there = users;
        say(`${users} users are there after ${load_s.toFixed(0)} s`);
        const sample = { ...(await measure(context, service, users)), load_s };
        say(`${users} users: ${sampleText(sample)}`);
        cases.push({
          name: `${users.toLocaleString('en-US')} users`,
          figures: figuresOf([sample]),
        });
      }
      return { settings: { users: many, connections: CONNECTIONS }, cases };
    } finally {
      await service?.stop();
      await platform.stop();
    }
  },
};

/** Users and sessions from one number to another, all with the first admin's password. */
async function fill({ db }: Platform, from: number, to: number): Promise<number> {
  const admin = await firstAdmin(db.collection<User>('users'));
  const now = Date.now();
  const users = await loadDocuments<User>(db.collection<User>('users'), to - from, (n) => ({
    _id: userName(from + n),
    role: 'viewer',
    password: admin.password,
    created_at: new Date(now - (from + n)),
    updated_at: new Date(now - (from + n)),
    blocked_at: null,
  }));
  const sessions = await loadDocuments<Session>(
    db.collection<Session>('sessions'),
    to - from,
    (n) => ({
      _id: `session-${String(from + n).padStart(14, '0')}`,
      user: userName(from + n),
      created_at: new Date(now),
      generation: n % 10,
      rotated_at: new Date(now),
      expire_at: new Date(now + WEEK_MS),
    }),
  );
  return users + sessions;
}

/** The dashboard API makes it when it has started. */
async function firstAdmin(users: Collection<User>): Promise<User> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const admin = await users.findOne({ _id: 'admin' });
    if (admin) return admin;
    await delay(100);
  }
  throw new Error('the dashboard API made no first admin');
}

async function measure(
  { lab, settings }: BenchContext,
  { url, pid }: ServiceHandle,
  users: number,
): Promise<Sample> {
  const client = new Pool(url, { connections: CONNECTIONS });
  const seconds = settings.quick ? 5 : 30;
  const tokens: string[] = [];
  const logIn = async (n: number): Promise<void> => {
    // Every address and every account once, so that none is throttled.
    const from = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
    const name = userName((n * 7919) % users);
    const { statusCode, body } = await client.request({
      method: 'POST',
      path: '/auth/login',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
      body: JSON.stringify({ name, password: PASSWORD }),
    });
    const answer = (await body.json()) as { access_token?: string };
    if (statusCode !== 200) throw new Error(`${name} is answered ${statusCode}`);
    tokens.push(answer.access_token!);
  };
  const check = async (n: number): Promise<void> => {
    const { statusCode, body } = await client.request({
      method: 'GET',
      path: '/auth/me',
      headers: { authorization: `Bearer ${tokens[n % tokens.length]}` },
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`GET /auth/me is answered ${statusCode}`);
  };
  try {
    await repeat(1, logIn, users);
    const before = cpuSeconds(pid);
    const logIns = await repeat(seconds, logIn, users + 1_000_000);
    const cpu = cpuSeconds(pid) - before;
    await repeat(1, check);
    const checks = await repeat(seconds, check);
    const database = (await lab.mongo()).pid;
    return {
      log_ins: logIns.length / seconds,
      cpu_ms: (1000 * cpu) / logIns.length,
      p50_ms: percentile(logIns, 0.5),
      p99_ms: percentile(logIns, 0.99),
      checks: checks.length / seconds,
      rss_mb: residentMb(pid),
      ...(database !== undefined && { db_mb: residentMb(database) }),
    };
  } finally {
    await client.close();
  }
}

/** Each connection asks again as soon as it is answered. @returns milliseconds of each */
async function repeat(
  seconds: number,
  ask: (n: number) => Promise<void>,
  first = 0,
): Promise<number[]> {
  const times: number[] = [];
  const until = performance.now() + seconds * 1000;
  let next = first;
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      const began = performance.now();
      await ask(next++);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  return times;
}
