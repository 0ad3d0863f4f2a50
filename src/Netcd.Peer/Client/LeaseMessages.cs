using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Server;
using Netcd.Server.Peers;

namespace Netcd.Peer.Client;

/// <summary>
/// The messages about leases that members exchange (LeaseKeepAliveRequest and -Response of rpc.proto,
/// LeaseInternalRequest and -Response of lease.proto), both ways.
/// </summary>
internal static class LeaseMessages
{
    public static byte[] RenewalRequest(LeaseId lease)
    {
        var bytes = new byte[ProtoSize.Int64(1, lease.Value)];
        var writer = new ProtoWriter(bytes);
        writer.Int64(1, lease.Value);
        return bytes;
    }

    public static bool TryReadRenewal(byte[] request, out LeaseId lease)
    {
        lease = default;
        try
        {
            lease = new LeaseId(ReadLease(request, out _));
            return true;
        }
        catch (ProtoException)
        {
            return false;
        }
    }

    public static byte[] Renewed(LeaseId lease, long ttl)
    {
        var bytes = new byte[ProtoSize.Int64(2, lease.Value) + ProtoSize.Int64(3, ttl)];
        var writer = new ProtoWriter(bytes);
        writer.Int64(2, lease.Value);
        writer.Int64(3, ttl);
        return bytes;
    }

    /// <summary>Null when it is malformed or about another lease.</summary>
    public static long? TryReadRenewed(byte[] response, LeaseId lease)
    {
        try
        {
            return TryReadTimesCore(response, lease, out var times) ? times.TtlSeconds : null;
        }
        catch (ProtoException)
        {
            return null;
        }
    }

    public static byte[] TimesRequest(LeaseId lease, bool withKeys)
    {
        var inner = ProtoSize.Int64(1, lease.Value) + ProtoSize.Bool(2, withKeys);
        var bytes = new byte[ProtoSize.Delimited(1, inner)];
        var writer = new ProtoWriter(bytes);
        writer.DelimitedHeader(1, inner);
        writer.Int64(1, lease.Value);
        writer.Bool(2, withKeys);
        return bytes;
    }

    public static bool TryReadTimesRequest(byte[] request, out LeaseId lease, out bool withKeys)
    {
        lease = default;
        withKeys = false;
        try
        {
            lease = new LeaseId(ReadLease(Inner(request), out withKeys));
            return true;
        }
        catch (ProtoException)
        {
            return false;
        }
    }

    public static byte[] Times(LeaseId lease, PeerLeaseTimes times)
    {
        var inner = ProtoSize.Delimited(1, 0) + ProtoSize.Int64(2, lease.Value)
            + ProtoSize.Int64(3, times.TtlSeconds) + ProtoSize.Int64(4, times.GrantedTtlSeconds)
            + times.Keys.Sum(key => ProtoSize.Delimited(5, key.Length));
        var bytes = new byte[ProtoSize.Delimited(1, inner)];
        var writer = new ProtoWriter(bytes);
        writer.DelimitedHeader(1, inner);
        writer.Delimited(1, []);
        writer.Int64(2, lease.Value);
        writer.Int64(3, times.TtlSeconds);
        writer.Int64(4, times.GrantedTtlSeconds);
        foreach (var key in times.Keys)
        {
            writer.Delimited(5, key.Span);
        }

        return bytes;
    }

    /// <summary>Null when it is malformed or about another lease.</summary>
    public static PeerLeaseTimes? TryReadTimes(byte[] response, LeaseId lease)
    {
        try
        {
            return TryReadTimesCore(Inner(response), lease, out var times) ? times : null;
        }
        catch (ProtoException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> Inner(byte[] message)
    {
        var inner = ReadOnlySpan<byte>.Empty;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            if (field == 1)
            {
                inner = reader.ReadBytes(wireType);
            }
            else
            {
                reader.Skip(wireType);
            }
        }

        return inner;
    }

    private static long ReadLease(ReadOnlySpan<byte> request, out bool withKeys)
    {
        var lease = 0L;
        withKeys = false;
        var reader = new ProtoReader(request);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    lease = reader.ReadInt64(wireType);
                    break;
                case 2:
                    withKeys = reader.ReadBool(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return lease;
    }

    private static bool TryReadTimesCore(ReadOnlySpan<byte> response, LeaseId lease, out PeerLeaseTimes times)
    {
        long id = 0, ttl = 0, granted = 0;
        var keys = new List<ReadOnlyMemory<byte>>();
        var reader = new ProtoReader(response);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 2:
                    id = reader.ReadInt64(wireType);
                    break;
                case 3:
                    ttl = reader.ReadInt64(wireType);
                    break;
                case 4:
                    granted = reader.ReadInt64(wireType);
                    break;
                case 5:
                    keys.Add(reader.ReadBytes(wireType).ToArray());
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        times = new PeerLeaseTimes(Refusal.None, ttl, granted, keys);
        return id == lease.Value;
    }
}
