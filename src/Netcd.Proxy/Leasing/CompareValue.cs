using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;
using static Netcd.Proto.EtcdServer.Compare.Types;

namespace Netcd.Proxy.Leasing;

/// <summary>
/// Whether a condition holds for a key whose value is known, as a member decides it (server/etcdserver/apply.go,
/// applyCompare).
/// </summary>
internal static class CompareValue
{
    /// <summary>Null for a target that is not known here.</summary>
    /// <param name="compare">The condition.</param>
    /// <param name="pairs">The key's pair; none if it does not exist.</param>
    public static bool? Evaluate(Compare compare, IList<KeyValue> pairs)
    {
        if (pairs.Count == 0 && compare.Target == CompareTarget.Value)
        {
            // A key that is not there has no value to compare.
            return false;
        }

        var pair = pairs.Count == 0 ? new KeyValue() : pairs[0];
        int? order = compare.Target switch
        {
            CompareTarget.Value => pair.Value.Span.SequenceCompareTo(compare.Value.Span),
            CompareTarget.Create => pair.CreateRevision.CompareTo(compare.CreateRevision),
            CompareTarget.Mod => pair.ModRevision.CompareTo(compare.ModRevision),
            CompareTarget.Version => pair.Version.CompareTo(compare.Version),
            CompareTarget.Lease => pair.Lease.CompareTo(compare.Lease),
            _ => null,
        };
        return (order, compare.Result) switch
        {
            (null, _) => null,
            (_, CompareResult.Equal) => order == 0,
            (_, CompareResult.NotEqual) => order != 0,
            (_, CompareResult.Greater) => order > 0,
            (_, CompareResult.Less) => order < 0,
            _ => null,
        };
    }
}
