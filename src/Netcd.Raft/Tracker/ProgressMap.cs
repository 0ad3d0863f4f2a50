using System.Diagnostics.CodeAnalysis;

namespace Netcd.Raft.Tracker;

/// <summary>
/// The progress of each tracked member, walked in ascending order of ids. Few members: plain sorted arrays.
/// </summary>
internal sealed class ProgressMap
{
    private readonly List<MemberId> _ids = [];
    private readonly List<Progress> _progress = [];

    public int Count => _ids.Count;

    public MemberId IdAt(int position) => _ids[position];

    public Progress At(int position) => _progress[position];

    public bool TryGet(MemberId id, [NotNullWhen(true)] out Progress? progress)
    {
        var position = _ids.BinarySearch(id);
        progress = position < 0 ? null : _progress[position];
        return position >= 0;
    }

    public bool Contains(MemberId id) => _ids.BinarySearch(id) >= 0;

    public void Set(MemberId id, Progress progress)
    {
        var position = _ids.BinarySearch(id);
        if (position >= 0)
        {
            _progress[position] = progress;
            return;
        }

        _ids.Insert(~position, id);
        _progress.Insert(~position, progress);
    }

    public void Remove(MemberId id)
    {
        var position = _ids.BinarySearch(id);
        if (position >= 0)
        {
            _ids.RemoveAt(position);
            _progress.RemoveAt(position);
        }
    }

    /// <summary>
    /// A copy whose progresses can be changed without changing these; windows of messages stay shared.
    /// </summary>
    public ProgressMap Clone()
    {
        var clone = new ProgressMap();
        for (var i = 0; i < _ids.Count; i++)
        {
            clone._ids.Add(_ids[i]);
            clone._progress.Add(_progress[i].Clone());
        }

        return clone;
    }
}
