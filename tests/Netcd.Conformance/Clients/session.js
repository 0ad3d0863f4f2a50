// A session of npm's etcd3 (grpc-js): what its users rely on. usage: session.js PORT
const assert = require('node:assert');
const { Etcd3 } = require('etcd3');

async function main() {
  const client = new Etcd3({ hosts: `http://127.0.0.1:${process.argv[2]}` });

  assert.strictEqual(await client.get('js/none').string(), null);
  await client.put('js/a').value('1');
  assert.strictEqual(await client.get('js/a').string(), '1');
  await client.put('js/b').value('2');
  assert.deepStrictEqual(await client.getAll().prefix('js/').strings(), { 'js/a': '1', 'js/b': '2' });
  assert.deepStrictEqual(await client.getAll().prefix('js/').sort('Key', 'Descend').limit(1).keys(), ['js/b']);

  const won = await client.if('js/a', 'Value', '==', '1').then(client.put('js/a').value('3')).else(client.get('js/a')).commit();
  assert.strictEqual(won.succeeded, true);
  const lost = await client.if('js/a', 'Value', '==', '1').then(client.put('js/a').value('4')).else(client.get('js/a')).commit();
  assert.strictEqual(lost.succeeded, false);
  assert.strictEqual(lost.responses[0].response_range.kvs[0].value.toString(), '3');

  const lease = client.lease(60);
  await lease.put('js/leased').value('5');
  assert.strictEqual(await client.get('js/leased').string(), '5');
  await lease.keepaliveOnce();
  await lease.revoke();
  assert.strictEqual(await client.get('js/leased').string(), null);

  const watcher = await client.watch().key('js/w').create();
  const put = new Promise((resolve) => watcher.once('put', resolve));
  const deleted = new Promise((resolve) => watcher.once('delete', resolve));
  await client.put('js/w').value('6');
  assert.strictEqual((await put).value.toString(), '6');
  await client.delete().key('js/w');
  assert.strictEqual((await deleted).key.toString(), 'js/w');
  await watcher.cancel();

  const order = [];
  await Promise.all([1, 2, 3].map((n) => (async () => {
    const lock = client.lock('js/lock').ttl(60);
    for (;;) {
      try { await lock.acquire(); break; } catch (e) { await new Promise((r) => setTimeout(r, 20)); }
    }
    order.push(n);
    await new Promise((r) => setTimeout(r, 20));
    order.push(n);
    await lock.release();
  })()));
  for (let i = 0; i < order.length; i += 2) assert.strictEqual(order[i], order[i + 1], 'two held the lock');

  const stm = await client.stm().transact(async (tx) => {
    const value = await tx.get('js/a');
    await tx.put('js/a').value(value + '!');
    return value;
  });
  assert.strictEqual(stm, '3');
  assert.strictEqual(await client.get('js/a').string(), '3!');

  const status = await client.maintenance.status();
  assert.match(status.version, /^3\./);
  assert.strictEqual((await client.cluster.memberList({})).members.length, 1);
  await client.delete().prefix('js/');
  assert.deepStrictEqual(await client.getAll().prefix('js/').keys(), []);
  client.close();
  console.log('session passed');
}

main().catch((e) => { console.error(e); process.exit(1); });
