using Netcd.Base.Buffers;
using Netcd.Base.Protobuf;
using Netcd.Mvcc;

namespace Netcd.Server.Tests.Cluster;

/// <summary>Keeps the revisions of the events that a watch stream brings, and whether it was canceled.</summary>
internal sealed class RecordingSink : IWatchSink
{
    private readonly Lock _gate = new();
    private readonly List<long> _revisions = [];
    private long _compactRevision;

    internal IReadOnlyList<long> Revisions
    {
        get
        {
            lock (_gate)
            {
                return [.. _revisions];
            }
        }
    }

    internal long CompactRevision => Volatile.Read(ref _compactRevision);

    public bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        lock (_gate)
        {
            Read(body is null ? head : [.. head, .. body.Span]);
        }

        body?.Release();
        return true;
    }

    // WatchResponse: compact_revision 5, events 11 (kv 2 (mod_revision 3)).
    private void Read(ReadOnlySpan<byte> message)
    {
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 5:
                    Volatile.Write(ref _compactRevision, (long)reader.ReadUInt64(type));
                    break;
                case 11:
                    _revisions.Add(Number(Delimited(reader.ReadBytes(type), 2), 3));
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }
    }

    private static ReadOnlySpan<byte> Delimited(ReadOnlySpan<byte> message, int wanted)
    {
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == wanted)
            {
                return reader.ReadBytes(type);
            }

            reader.Skip(type);
        }

        return [];
    }

    private static long Number(ReadOnlySpan<byte> message, int wanted)
    {
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == wanted)
            {
                return (long)reader.ReadUInt64(type);
            }

            reader.Skip(type);
        }

        return 0;
    }
}
