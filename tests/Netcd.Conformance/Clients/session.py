"""A session of Debian's python3-etcd3 (grpcio): what its users rely on. usage: session.py PORT"""
import queue
import sys
import threading

import etcd3
import etcd3.locks
import tenacity


class TenacityForLocks:
    """tenacity as etcd3 0.12 knows it. Its Lock.acquire passes a wait function of (attempt, seconds since the start);
    Debian's tenacity 8 calls it with one retry state, so that every acquire that has to wait ends in a TypeError."""

    def __getattr__(self, name):
        return getattr(tenacity, name)

    @staticmethod
    def retry(wait, **others):
        return tenacity.retry(wait=lambda state: wait(state.attempt_number, state.seconds_since_start), **others)


etcd3.locks.tenacity = TenacityForLocks()
client = etcd3.client(host="127.0.0.1", port=int(sys.argv[1]), timeout=60)

assert client.get("py/none") == (None, None)
client.put("py/a", "1")
value, meta = client.get("py/a")
assert value == b"1" and meta.key == b"py/a" and meta.version == 1, (value, meta)
previous = client.put("py/a", "2", prev_kv=True)
assert previous.prev_kv.value == b"1"
client.put("py/b", "3")
assert [(value, meta.key) for value, meta in client.get_prefix("py/")] == [(b"2", b"py/a"), (b"3", b"py/b")]
assert client.replace("py/a", "2", "4") and not client.replace("py/a", "2", "5")
assert client.put_if_not_exists("py/a", "x") is False

ok, responses = client.transaction(
    compare=[client.transactions.value("py/a") == "4", client.transactions.version("py/b") > 0],
    success=[client.transactions.put("py/c", "6"), client.transactions.get("py/a")],
    failure=[client.transactions.delete("py/a")])
assert ok and responses[1][0][0] == b"4", (ok, responses)

lease = client.lease(30)
client.put("py/leased", "7", lease=lease)
assert lease.granted_ttl == 30 and 0 < lease.remaining_ttl <= 30 and lease.keys == [b"py/leased"]
assert list(lease.refresh())[0].TTL == 30
lease.revoke()
assert client.get("py/leased") == (None, None)

seen = queue.Queue()
watch = client.add_watch_callback("py/w", lambda response: [seen.put(event) for event in response.events])
client.put("py/w", "8")
event = seen.get(timeout=60)
assert event.key == b"py/w" and event.value == b"8"
client.delete("py/w")
assert type(seen.get(timeout=60)).__name__ == "DeleteEvent"
client.cancel_watch(watch)

lock = client.lock("py/lock", ttl=120)
assert lock.acquire(timeout=60) and lock.is_acquired()
other = etcd3.client(host="127.0.0.1", port=int(sys.argv[1]), timeout=60)
second = other.lock("py/lock", ttl=120)
assert not second.acquire(timeout=0)

# The second holder waits with a watch on the lock's key: released before the server has confirmed that watch, the lock
# would be taken by a retry at the end of the time limit instead.
watching, outcome = threading.Event(), queue.Queue()
add_watch_callback = other.add_watch_callback


def add_watch_and_tell(*arguments, **options):
    watch = add_watch_callback(*arguments, **options)
    watching.set()
    return watch


other.add_watch_callback = add_watch_and_tell
waiter = threading.Thread(target=lambda: outcome.put(second.acquire(timeout=60)))
waiter.start()
assert watching.wait(timeout=60) and outcome.empty() and lock.is_acquired()
assert lock.release()
assert outcome.get(timeout=90) is True
waiter.join()
assert second.is_acquired() and not lock.is_acquired() and not lock.acquire(timeout=0)
assert second.release() and not second.is_acquired()

status = client.status()
assert status.version.startswith("3.") and status.db_size > 0
assert len(list(client.members)) == 1
client.compact(2)
client.defragment()
assert client.delete("py/a") and client.delete_prefix("py/").deleted == 2
print("session passed")
