using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server.Requests;

namespace Netcd.Server.Auth;

/// <summary>
/// Whether a caller may do what a request asks, keys of leases and nested transactions included. The same at apply and
/// in front of reads. Upstream: server/etcdserver/apply_auth.go.
/// </summary>
/// <param name="state">Users and roles as of one moment.</param>
/// <param name="lessor">Tells the keys of leases.</param>
/// <param name="name">Who asks.</param>
/// <param name="revision">The auth revision he was found at; 0 for nobody.</param>
[StructLayout(LayoutKind.Auto)]
public readonly ref struct Permissions(AuthState state, Lessor lessor, ReadOnlySpan<byte> name, ulong revision)
{
    private readonly ReadOnlySpan<byte> _name = name;

    public Permissions(AuthState state, Lessor lessor, in AuthCaller caller)
        : this(state, lessor, caller.Name, caller.Revision)
    {
    }

    public Refusal Read(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd) =>
        AuthRefusals.Of(state.CheckRead(_name, revision, key, rangeEnd));

    /// <summary>What is told about the value before needs a read; a lease must not carry keys of others.</summary>
    public Refusal Put(in PutRequestView put)
    {
        var refusal = Write(put.Key, []);
        if (refusal == Refusal.None)
        {
            refusal = WriteLease(put.Lease);
        }

        return refusal == Refusal.None && put.PreviousWanted ? Read(put.Key, []) : refusal;
    }

    public Refusal Delete(in DeleteRangeRequestView delete)
    {
        var refusal = Write(delete.Key, delete.RangeEnd);
        return refusal == Refusal.None && delete.PreviousWanted ? Read(delete.Key, delete.RangeEnd) : refusal;
    }

    /// <summary>Comparisons are reads; both branches count, at every depth.</summary>
    public Refusal Txn(in TxnRequestView txn)
    {
        foreach (var message in txn.Compares)
        {
            var compare = CompareView.Parse(message);
            if (Read(compare.Key, compare.RangeEnd) is var refusal && refusal != Refusal.None)
            {
                return refusal;
            }
        }

        var success = Operations(txn.Success);
        return success == Refusal.None ? Operations(txn.Failure) : success;
    }

    /// <summary>A lease may be given up, or attached to, by who may write all keys that it carries.</summary>
    public Refusal WriteLease(LeaseId lease)
    {
        if (lease.IsNone || state.CheckRoot(_name) == AuthStatus.Ok)
        {
            return Refusal.None;
        }

        foreach (var key in lessor.Keys(lease))
        {
            if (Write(key, []) is var refusal && refusal != Refusal.None)
            {
                return refusal;
            }
        }

        return Refusal.None;
    }

    /// <summary>The keys of a lease may be told to who may read them all.</summary>
    public Refusal ReadLease(LeaseId lease)
    {
        if (state.CheckRoot(_name) == AuthStatus.Ok)
        {
            return Refusal.None;
        }

        foreach (var key in lessor.Keys(lease))
        {
            if (Read(key, []) is var refusal && refusal != Refusal.None)
            {
                return refusal;
            }
        }

        return Refusal.None;
    }

    private Refusal Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd) =>
        AuthRefusals.Of(state.CheckWrite(_name, revision, key, rangeEnd));

    private Refusal Operations(RepeatedMessages operations)
    {
        foreach (var message in operations)
        {
            var operation = RequestOpView.Parse(message);
            var refusal = operation.Kind switch
            {
                RequestOpKind.Range => Range(RangeRequestView.Parse(operation.Message)),
                RequestOpKind.Put => Put(PutRequestView.Parse(operation.Message)),
                RequestOpKind.DeleteRange => Delete(DeleteRangeRequestView.Parse(operation.Message)),
                RequestOpKind.Txn => Txn(TxnRequestView.Parse(operation.Message)),
                _ => Refusal.None,
            };
            if (refusal != Refusal.None)
            {
                return refusal;
            }
        }

        return Refusal.None;
    }

    private Refusal Range(in RangeRequestView range) => Read(range.Key, range.RangeEnd);
}
