using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Base.Buffers;
using Netcd.Base.Protobuf;
using Netcd.Grpc;
using Netcd.Mvcc;

namespace Netcd.Api.Maintenance;

/// <summary>
/// Sends the backend file in chunks of 32 KiB and then its SHA-256 as one more chunk. The snapshot pins pages of the
/// file while the call lasts. Upstream: server/etcdserver/api/v3rpc/maintenance.go, Snapshot.
/// </summary>
internal sealed class SnapshotCall : PumpedCall
{
    private const int RemainingField = 2;
    private const int BlobField = 3;
    private const int VersionField = 4;

    private readonly byte[] _version;
    private BackendSnapshot? _snapshot;
    private IncrementalHash? _hash;
    private long _began;
    private long _position;
    private bool _isHashMade;

    public SnapshotCall(SnapshotMethod method, StreamOut output, in CallHead head)
        : base(method, output, RequestShapes.SnapshotRequest, head) =>
        _version = Encoding.UTF8.GetBytes(Api.Member.StorageVersion);

    protected override void Receive(ReadOnlySpan<byte> message)
    {
        if (Admit(out _) is { } refusal)
        {
            Finish(refusal);
            return;
        }

        Start();
    }

    protected override bool TryMakeNext()
    {
        if (_snapshot is null)
        {
            Api.Logger.LogInformation("sending database snapshot to client");
            _began = Api.Time.GetTimestamp();
            _snapshot = Api.Member.Store.OpenSnapshot();
            _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        }

        Invariant.Check(_hash is not null);
        if (_position < _snapshot.LengthBytes)
        {
            OfferPart(_snapshot, _hash);
            return true;
        }

        if (!_isHashMade)
        {
            _isHashMade = true;
            var digest = _hash.GetHashAndReset();
            digest.CopyTo(OfferChunk(digest.Length, remaining: 0));
            return true;
        }

        Api.Logger.LogInformation("successfully sent database snapshot to client");
        Api.Metrics.SnapshotSeconds.ObserveSince(Api.Time, _began);
        Finish(Status.OK);
        return false;
    }

    protected override void Release()
    {
        _snapshot?.Dispose();
        _hash?.Dispose();
    }

    private void OfferPart(BackendSnapshot snapshot, IncrementalHash hash)
    {
        var length = (int)Math.Min(Limits.SnapshotChunkBytes, snapshot.LengthBytes - _position);
        var blob = OfferChunk(length, snapshot.LengthBytes - _position - length);
        var read = snapshot.Read(_position, blob);
        Invariant.Check(read == length, $"snapshot read {read} of {length} bytes at {_position}");
        hash.AppendData(blob);
        _position += length;
    }

    /// <summary>
    /// Offers a SnapshotResponse whose blob the caller fills: what comes before the blob goes into the head, the blob
    /// and what comes behind it into the body.
    /// </summary>
    private Span<byte> OfferChunk(int length, long remaining)
    {
        Span<byte> head = stackalloc byte[32];
        var writer = new ProtoWriter(head);
        writer.Int64(RemainingField, remaining);
        writer.DelimitedHeader(BlobField, length);
        var body = SharedBytes.Rent(length + ProtoSize.Bytes(VersionField, _version.Length));
        var tail = new ProtoWriter(body.Span[length..]);
        tail.Bytes(VersionField, _version);
        Offer(head[..writer.Position], body);
        return body.Span[..length];
    }
}
