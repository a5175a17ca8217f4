// Prints the time of a run as a line of JSON on standard error, because standard output is the sweeper's log.

/** @param run called once. Seconds and CPU time are from just before it to its end */
module.exports = async function measured(run) {
  const cpuStart = process.cpuUsage();
  const startedMs = performance.now();
  await run();
  const { user, system } = process.cpuUsage(cpuStart);
  const seconds = (performance.now() - startedMs) / 1_000;
  process.stderr.write(JSON.stringify({ seconds, cpuMs: (user + system) / 1_000 }));
};
