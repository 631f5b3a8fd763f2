// Runs every feature at default timers while faults come at random: npm run soak -- --minutes N [--seed S] [--write].
// Prints a report, and exits with 1 if anything was lost or an invariant was broken. `--write` keeps the report in
// test/faults/soak.json, from which the table of the documentation is made.
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { faultSeed, planFaults, Scene } from '../harness/index.js';
import { FAULTS, injectFault, type FaultName } from './faults.js';
import { Fleet } from './fleet.js';
import { GoNeighbour } from './go-neighbour.js';
import { hasPassed, soakReport } from './soak-report.js';

const REPORT = fileURLToPath(new URL('../soak.json', import.meta.url));
const CALM = [1_000, 8_000] as const;
// Jobs of a pool whose heartbeat is gone take the longest to come back.
const TO_REST = 180_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
if (values.seed !== undefined) process.env.FAULT_SEED = values.seed;
const minutes = Number(values.minutes);
const seed = faultSeed('soak');

const scene = await Scene.start({ persistence: 'aof' });
try {
  const before = await scene.state();
  const fleet = new Fleet(scene);
  await fleet.start(seed);
  const go = await GoNeighbour.start(scene);
  await injectAll(fleet);
  await fleet.stopProducers();
  await go?.stop();
  await scene.quiet(TO_REST).catch((error: unknown) => console.error(String(error)));
  await fleet.stopWorkers();
  const about = { seed, minutes, withGo: go !== undefined };
  const report = soakReport(about, before, await scene.evidence());
  console.log(JSON.stringify(report, null, 2));
  if (values.write) await writeFile(REPORT, `${JSON.stringify(report, null, 2)}\n`);
  if (!hasPassed(report)) process.exitCode = 1;
} finally {
  await scene[Symbol.asyncDispose]();
}

async function injectAll(fleet: Fleet): Promise<void> {
  const lasts = Object.entries(FAULTS).map(([name, fault]) => [name, fault.lasts]);
  const faults = Object.fromEntries(lasts) as Record<FaultName, number>;
  const began = performance.now();
  const duration = minutes * 60_000;
  for (const planned of planFaults({ seed, faults, duration, calm: CALM })) {
    await sleep(Math.max(0, planned.at - (performance.now() - began)));
    if (performance.now() - began > duration) break;
    console.error(`${Math.round((performance.now() - began) / 1_000)} s: ${planned.fault}`);
    await injectFault({ scene, fleet }, planned);
  }
}
