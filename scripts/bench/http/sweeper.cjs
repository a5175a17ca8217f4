// The built function, called as the platform calls it, with its log as it is by default.
const measured = require('./measured.cjs');

const { handler } = require(process.env.BENCH_BUNDLE);

const context = {
  requestId: 'bench',
  region: process.env.BENCH_REGIONS.split(',')[0],
  credentials: JSON.parse(process.env.BENCH_CREDENTIALS),
};

measured(() => handler(Buffer.from('{}'), context));
