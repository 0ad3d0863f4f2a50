using Netcd.Base;

namespace Netcd.Server.Waiting;

/// <summary>
/// Ids of requests: <c>member (16 bits) | milliseconds at start (40 bits) | counter (8 bits)</c>, counted up through
/// all 48 lower bits, so that they differ between members and restarts. Source: etcd's pkg/idutil. Any thread.
/// </summary>
internal sealed class RequestIds
{
    private const int SuffixBits = 48;
    private const int CounterBits = 8;
    private const int TimeBits = 40;
    private const ulong SuffixMask = (1UL << SuffixBits) - 1;

    private readonly ulong _prefix;
    private ulong _suffix;

    internal RequestIds(MemberId member, DateTimeOffset start)
    {
        _prefix = member.Value << SuffixBits;
        _suffix = ((ulong)start.ToUnixTimeMilliseconds() & ((1UL << TimeBits) - 1)) << CounterBits;
    }

    internal ulong Next()
    {
        var id = _prefix | (Interlocked.Increment(ref _suffix) & SuffixMask);
        return id != 0 ? id : Next();
    }
}
