// The script that people write today, with the same SDK: list, then detach, wait, delete and look. No tags, no second
// look, no log.
//   node script.cjs sequential   a single connection at a time
//   node script.cjs unbounded    all connections at once
const RPCClient = require('@alicloud/pop-core/lib/rpc.js');
const measured = require('./measured.cjs');

const POLL_MS = 100;
const OPTIONS = { method: 'POST', timeout: 60_000 };

const credentials = JSON.parse(process.env.BENCH_CREDENTIALS);
const regions = process.env.BENCH_REGIONS.split(',');
const client = (endpoint, apiVersion) => new RPCClient({ endpoint, apiVersion, ...credentials });
const vpc = client(process.env.ALIBABA_CLOUD_VPC_ENDPOINT, '2016-04-28');
const cbn = client(process.env.ALIBABA_CLOUD_CBN_ENDPOINT, '2017-09-12');
const sleep = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs));

async function listConnections(regionId) {
  const rows = [];
  for (let page = 1; ; page += 1) {
    const params = { RegionId: regionId, PageSize: 50, PageNumber: page };
    const { TotalCount, VpnConnections } = await vpc.request('DescribeVpnConnections', params, OPTIONS);
    rows.push(...VpnConnections.VpnConnection.map(({ VpnConnectionId: id }) => ({ regionId, id })));
    if (page * 50 >= TotalCount) {
      return rows;
    }
  }
}

async function listAttachments(regionId) {
  const found = new Map();
  for (let NextToken; ; ) {
    const params = {
      RegionId: regionId,
      TransitRouterId: `tr-${regionId}`,
      MaxResults: 50,
      ...(NextToken && { NextToken }),
    };
    const reply = await cbn.request('ListTransitRouterVpnAttachments', params, OPTIONS);
    for (const { VpnId, TransitRouterAttachmentId } of reply.TransitRouterAttachments) {
      found.set(VpnId, TransitRouterAttachmentId);
    }
    NextToken = reply.NextToken;
    if (!NextToken) {
      return found;
    }
  }
}

/** The connection, or undefined once it is not found. */
const read = ({ regionId, id }) =>
  vpc
    .request('DescribeVpnConnection', { RegionId: regionId, VpnConnectionId: id }, OPTIONS)
    .catch((error) => (/NotFound/.test(error.code) ? undefined : Promise.reject(error)));

async function remove(row, attachmentId) {
  if (attachmentId !== undefined) {
    const detach = { TransitRouterAttachmentId: attachmentId, ClientToken: `detach-${row.id}` };
    await cbn.request('DeleteTransitRouterVpnAttachment', detach, OPTIONS);
    do {
      await sleep(POLL_MS);
    } while ((await read(row))?.AttachType === 'CEN');
  }
  const remove = { RegionId: row.regionId, VpnConnectionId: row.id, ClientToken: `delete-${row.id}` };
  await vpc.request('DeleteVpnAttachment', remove, OPTIONS);
  while (await read(row)) {
    await sleep(POLL_MS);
  }
}

const listed = (regionId) => Promise.all([listConnections(regionId), listAttachments(regionId)]);

const RUNS = {
  async sequential() {
    for (const regionId of regions) {
      const [rows, attachments] = await listed(regionId);
      for (const row of rows) {
        await remove(row, attachments.get(row.id));
      }
    }
  },
  async unbounded() {
    const found = await Promise.all(regions.map(listed));
    await Promise.all(found.flatMap(([rows, attachments]) => rows.map((row) => remove(row, attachments.get(row.id)))));
  },
};

measured(RUNS[process.argv[2]]);
