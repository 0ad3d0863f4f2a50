"""A session of Debian's python3-etcd3gw (JSON over HTTP): what OpenStack relies on. usage: gateway-session.py PORT"""
import itertools
import queue
import sys
import threading
import time

import requests
from etcd3gw.client import Etcd3Client
from etcd3gw.exceptions import Etcd3Exception
from etcd3gw.lease import Lease
from etcd3gw.utils import _encode

port = int(sys.argv[1])
client = Etcd3Client(port=port, api_path="/v3/", timeout=90)

assert client.status()["version"].startswith("3.") and client.members()[0]["name"] == "m1"
assert client.get("gw/none") == []
assert client.put("gw/a", "1") is True and client.get("gw/a") == [b"1"]
assert client.create("gw/b", "2") is True and client.create("gw/b", "3") is False
assert client.replace("gw/b", "2", "4") is True and client.replace("gw/b", "2", "5") is False
client.put("gw/\u00fc/binary", b"\x00\xff<>&")
value, meta = client.get("gw/\u00fc/binary", metadata=True)[0]
assert value == b"\x00\xff<>&" and meta["version"] == "1", (value, meta)
assert [item[1]["key"] for item in client.get_prefix("gw/", sort_order="descend", sort_target="key")] == \
    [b"gw/\xfc/binary", b"gw/b", b"gw/a"]
assert len(client.get_all()) == 3
assert client.delete("gw/a") is True and client.delete("gw/a") is False

result = client.transaction({
    "compare": [{"key": _encode("gw/b"), "result": "EQUAL", "target": "VALUE", "value": _encode("4")}],
    "success": [{"request_put": {"key": _encode("gw/c"), "value": _encode("6")}},
                {"request_range": {"key": _encode("gw/b")}}],
    "failure": [{"request_delete_range": {"key": _encode("gw/b")}}]})
assert result["succeeded"] is True and result["responses"][1]["response_range"]["count"] == "1", result

lease = client.lease(ttl=600)
client.put("gw/leased", "x", lease=lease)
assert 300 < lease.ttl() <= 600 and lease.refresh() == 600
assert lease.keys() == [b"gw/leased"], lease.keys()
assert lease.revoke() and client.get("gw/leased") == []
try:
    Lease(12345, client=client).revoke()
    raise SystemExit("the lease is unknown")
except Etcd3Exception as error:
    assert "requested lease not found" in (error.detail_text or ""), error.detail_text

with client.lock("lock", ttl=300) as lock:
    assert lock.is_acquired() and client.lock("lock", ttl=300).acquire() is False
assert not lock.is_acquired()

# Much waits when the first watch begins: each message has to come as a piece of its own. etcd sends the newline after a
# long one as another piece, which ends this client's watch; so what comes live is asked of a second watch.
revision = int(client.status()["header"]["revision"])
for i in range(300):
    client.put(f"gw/w/{i % 3}", str(i))
stream, cancel = client.watch_prefix("gw/w/", start_revision=revision + 1)
events = list(itertools.islice(stream, 300))
cancel()
assert [event["kv"]["value"] for event in events] == [str(i).encode() for i in range(300)]

stream, cancel = client.watch_prefix("gw/w/", start_revision=revision + 301)
client.put("gw/w/0", "live")
client.delete("gw/w/0")
events = list(itertools.islice(stream, 2))
cancel()
assert events[0]["kv"]["value"] == b"live" and events[1]["type"] == "DELETE", events

once = queue.Queue()
threading.Thread(target=lambda: once.put(client.watch_once("gw/once", timeout=90)), daemon=True).start()
while once.empty():
    client.put("gw/once", "y")
    time.sleep(0.05)
assert once.get()["kv"]["value"] == b"y"

answer = requests.post(f"http://127.0.0.1:{port}/v3/kv/range", data='{"key": "not base64!"}', timeout=90)
assert answer.status_code == 400 and answer.json()["code"] == 3, answer.text
print("session passed")
