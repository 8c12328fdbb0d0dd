/**
 * `npm run page-reach`: what the page in the browser reaches. Many viewers of one dashboard API
 * while readings arrive, and a real Chromium for what a person waits for. Writes a table.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build, buildPage, ensureInstalled, root } from './local-stack/bin/install.mjs';
import { SERVICE_PROJECTS } from './local-stack/bin/projects.mjs';
import { optionsOf, whole } from './options.mjs';

const HELP = `npm run page-reach -- [options]

  --viewers <n>   browsers that watch at the same time, from 1 to 20000 (default: 500)
  --rate <n>      readings a second, from 100 to 20000 (default: 2000)
  --seconds <n>   how long they watch, from 10 to 86400 (default: 300)
  --chromium <f>  the browser (default: /usr/bin/chromium)
  --json <file>   the figures too`;

const values = optionsOf(
  {
    viewers: '500',
    rate: '2000',
    seconds: '300',
    chromium: '/usr/bin/chromium',
    json: undefined,
  },
  HELP,
);
const VIEWERS = Number(whole('viewers', values.viewers, 1, 20_000));
const RATE = Number(whole('rate', values.rate, 100, 20_000));
const SECONDS = Number(whole('seconds', values.seconds, 10, 86_400));
const DEVICES = 1000;
const BATCH = 100;

ensureInstalled();
build([...SERVICE_PROJECTS, 'workbench/bench']);
buildPage();
const { freePorts, startKafka, startMongo, startService } = await import('@iot/local-stack');
const { chromium } = await import('playwright-core');
const { countingProxy } = await import('./page-reach/counting-proxy.mjs');
const { cpuSeconds, residentMb } = await import('./bench/dist/run/process-cost.js');

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const round = (number, digits = 0) => Number(number.toFixed(digits));

const dataDir = mkdtempSync(join(tmpdir(), 'iot-page-'));
const stops = [() => rmSync(dataDir, { recursive: true, force: true })];
const figures = [];
const figure = (what, value, bound) => {
  figures.push({ what, value, bound });
  console.log(`${what}: ${value}${bound ? ` (at most ${bound})` : ''}`);
};

/** Sends readings at a steady rate until it is stopped; each POST has a hundred. */
function load(url) {
  let n = 0;
  const failed = new Map();
  const send = async () => {
    const readings = Array.from({ length: BATCH }, () => {
      n++;
      return { device_id: `load-${n % DEVICES}`, temperature_c: 20 + (n % 90) / 10, humidity: 40 };
    });
    const { status } = await fetch(`${url}/ingest/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(readings),
    });
    if (status !== 202) failed.set(status, (failed.get(status) ?? 0) + 1);
  };
  const timer = setInterval(() => void send().catch(() => undefined), (1000 * BATCH) / RATE);
  return { stop: () => clearInterval(timer), sent: () => n, failed };
}

/** Opens streams as browsers do, half of them on a device; counts what comes. */
function watch(url, count) {
  const agent = new Agent({ maxSockets: Infinity });
  const seen = { bytes: 0, open: 0, ended: 0 };
  const requests = Array.from({ length: count }, (_, i) => {
    const of = i % 2 === 0 ? '' : `?device_id=load-${i % DEVICES}`;
    const request = get(
      `${url}/live${of}`,
      { agent, headers: { accept: 'text/event-stream' } },
      (response) => {
        seen.open++;
        response.on('data', (chunk) => (seen.bytes += chunk.length));
        response.on('close', () => seen.ended++);
      },
    );
    request.on('error', () => undefined);
    return request;
  });
  return { seen, stop: () => requests.forEach((request) => request.destroy()) };
}

/** What the dashboard API spends over a while: share of a core, commands, memory. */
async function spent(pid, proxy, seconds) {
  const [cpu, commands, memory] = [cpuSeconds(pid), proxy.commands(), [residentMb(pid)]];
  const began = performance.now();
  while (performance.now() - began < seconds * 1000) {
    await delay(Math.min(10_000, seconds * 1000));
    memory.push(residentMb(pid));
  }
  const took = (performance.now() - began) / 1000;
  return {
    core: ((cpuSeconds(pid) - cpu) / took) * 100,
    commands: (proxy.commands() - commands) / took,
    memory,
  };
}

/** The overview, from navigation until it is live, with an empty cache each time. */
async function overviewMs(browser, url) {
  const times = [];
  for (let i = 0; i < 10; i++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const began = performance.now();
    await page.goto(`${url}/ui`);
    await page.locator('.stat-value').first().waitFor();
    await page.locator('.live-mark.live').waitFor();
    times.push(performance.now() - began);
    await context.close();
  }
  return median(times);
}

/** From the POST of a reading until the page of its device shows it. */
async function seenMs(browser, api, url) {
  const page = await browser.newPage();
  const post = (value) =>
    fetch(`${api}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ device_id: 'watched', temperature_c: value }),
    });
  await post(20);
  await page.goto(`${url}/ui/devices/watched`);
  await page.locator('.latest-value').waitFor({ timeout: 30_000 });
  await page.locator('.live-mark.live').waitFor();
  const times = [];
  for (let i = 0; i < 40; i++) {
    const value = (30 + i / 100).toFixed(2);
    const began = performance.now();
    await post(Number(value));
    const shown = String(Number(value));
    await page.locator('.latest-value', { hasText: shown }).waitFor({ timeout: 15_000 });
    times.push(performance.now() - began);
    await delay(100 + Math.random() * 900);
  }
  await page.close();
  return median(times);
}

/** 100,000 points in the library that draws the charts, with the series that a chart has. */
async function drawMs(browser) {
  const page = await browser.newPage({ viewport: { width: 1360, height: 860 } });
  await page.setContent('<body><div id="at"></div></body>');
  await page.addScriptTag({ path: join(root, 'node_modules/uplot/dist/uPlot.iife.min.js') });
  const times = await page.evaluate(async () => {
    const size = 100_000;
    const x = Array.from({ length: size }, (_, i) => 1_700_000_000 + i);
    const y = x.map((_, i) => 20 + Math.sin(i / 900) * 5 + (i % 13) / 10);
    const data = [x, y, y.map((v) => v - 1), y.map((v) => v + 1)];
    const none = { stroke: 'transparent', width: 0, points: { show: false } };
    const options = (done) => ({
      ...{ width: 1100, height: 176, legend: { show: false } },
      series: [{}, { stroke: '#0b6b63', width: 1.5, points: { show: false } }, none, none],
      bands: [{ series: [3, 2], fill: 'rgb(11 107 99 / 18%)' }],
      hooks: { draw: [done] },
    });
    const at = document.getElementById('at');
    const [draws, redraws] = [[], []];
    for (let i = 0; i < 7; i++) {
      let done;
      let drawn = new Promise((resolve) => (done = resolve));
      let began = performance.now();
      const plot = new window.uPlot(
        options(() => done()),
        data,
        at,
      );
      await drawn;
      draws.push(performance.now() - began);
      drawn = new Promise((resolve) => (done = resolve));
      began = performance.now();
      plot.setScale('x', { min: x[1000 + i], max: x.at(-1) });
      await drawn;
      redraws.push(performance.now() - began);
      plot.destroy();
    }
    const middle = (list) => list.toSorted((a, b) => a - b)[3];
    return { draw: middle(draws), redraw: middle(redraws) };
  });
  await page.close();
  return times;
}

async function measure() {
  const [kafka, mongo, ports] = await Promise.all([
    startKafka({ dataDir: join(dataDir, 'kafka') }),
    startMongo({ inMemory: true }),
    freePorts(4),
  ]);
  stops.push(
    () => kafka.stop(),
    () => mongo.stop(),
  );
  const proxy = await countingProxy(new URL(mongo.url));
  stops.push(() => proxy.stop());
  const env = {
    LOG_LEVEL: 'error',
    KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap,
    MONGO_URL: mongo.url,
    MAX_VIEWERS: String(VIEWERS + 50),
  };
  const names = ['ingestion-api', 'aggregator-worker', 'alerts-worker', 'dashboard-api'];
  const [ingestion, , , dashboard] = await Promise.all(
    names.map((name, i) =>
      startService({
        name,
        port: ports[i],
        env: name === 'dashboard-api' ? { ...env, MONGO_URL: proxy.url } : env,
      }).then((service) => (stops.push(() => service.stop()), service)),
    ),
  );
  const browser = await chromium.launch({
    executablePath: values.chromium,
    args: ['--no-sandbox'],
  });
  stops.push(() => browser.close());

  const { draw, redraw } = await drawMs(browser);
  figure('100,000 points, drawn, ms', round(draw), 100);
  figure('100,000 points, drawn again, ms', round(redraw), 50);
  await seenMs(browser, ingestion.url, dashboard.url).then((ms) =>
    figure('POST until on the screen, p50, ms', round(ms), 1000),
  );
  const readings = load(ingestion.url);
  await delay(5000);
  figure(
    'overview usable under that load, ms',
    round(await overviewMs(browser, dashboard.url)),
    1500,
  );

  const pid = dashboard.pid;
  const one = watch(dashboard.url, 1);
  await delay(5000);
  const alone = await spent(pid, proxy, 30);
  one.stop();
  figure('one viewer: commands to the database a second', round(alone.commands, 1));
  figure('one viewer: share of a core, %', round(alone.core, 1));

  const many = watch(dashboard.url, VIEWERS);
  await delay(10_000);
  const { open, ended } = many.seen;
  const began = readings.sent();
  const all = await spent(pid, proxy, SECONDS);
  const rate = (readings.sent() - began) / SECONDS;
  figure(`readings a second, sent`, round(rate));
  figure(
    'POSTs that were not taken',
    [...readings.failed.values()].reduce((a, b) => a + b, 0),
  );
  figure('viewers that were let in', open - ended);
  figure(`${VIEWERS} viewers: commands to the database a second`, round(all.commands, 1));
  figure(`${VIEWERS} viewers: share of a core, %`, round(all.core, 1), 50);
  figure(`${VIEWERS} viewers: MB/s sent to them`, round(many.seen.bytes / SECONDS / 1e6, 2));
  const third = Math.max(1, Math.floor(all.memory.length / 3));
  figure('memory, first third, MB', round(median(all.memory.slice(0, third))));
  figure('memory, last third, MB', round(median(all.memory.slice(-third))));
  readings.stop();
  many.stop();
}

let code = 0;
try {
  await measure();
  const rows = figures.map(({ what, value, bound }) => `| ${what} | ${value} | ${bound ?? ''} |`);
  console.log(`\n| what | measured | at most |\n| --- | ---: | ---: |\n${rows.join('\n')}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
} catch (error) {
  console.error(error);
  code = 1;
} finally {
  for (const stop of stops.toReversed()) await Promise.resolve(stop()).catch(() => undefined);
  process.exit(code);
}
