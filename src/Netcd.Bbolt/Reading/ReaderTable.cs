using Netcd.Base;

namespace Netcd.Bbolt.Reading;

/// <summary>
/// Which committed states are pinned by open read transactions. Guarded by the database's lock. New readers always pin
/// the newest state, so the list is ascending and only a handful long.
/// </summary>
internal sealed class ReaderTable
{
    // Invariant: ascending by TxId, counts positive.
    private readonly List<(ulong TxId, int Count)> _pinned = [];

    /// <summary>Changes whenever a state stops being pinned: what was kept for it may be free now.</summary>
    public long ReleaseVersion { get; private set; }

    public int Count { get; private set; }

    public void Add(ulong txId)
    {
        Count++;
        if (_pinned.Count > 0 && _pinned[^1].TxId == txId)
        {
            _pinned[^1] = (txId, _pinned[^1].Count + 1);
            return;
        }

        Invariant.Check(_pinned.Count == 0 || _pinned[^1].TxId < txId, $"reader {txId} is older than the last");
        _pinned.Add((txId, 1));
    }

    public void Remove(ulong txId)
    {
        var index = _pinned.FindIndex(pinned => pinned.TxId == txId);
        Invariant.Check(index >= 0, $"reader {txId} is not open");
        Count--;
        if (_pinned[index].Count > 1)
        {
            _pinned[index] = (txId, _pinned[index].Count - 1);
            return;
        }

        _pinned.RemoveAt(index);
        ReleaseVersion++;
    }

    /// <summary>The pinned transaction numbers, ascending.</summary>
    public ulong[] ToArray() => _pinned.ConvertAll(pinned => pinned.TxId).ToArray();
}
