namespace Netcd.TestKit.Disk;

/// <summary>
/// A directory: the names programs see, those safe on disk, and the changes between, which survive a cut in order (any
/// number of the first ones), as journalling file systems have it.
/// </summary>
internal sealed class SimDirectoryNode : SimNode
{
    private readonly SortedDictionary<string, SimNode> _synced;
    private readonly List<Action<SortedDictionary<string, SimNode>>> _pending = [];

    internal SimDirectoryNode()
        : this(new SortedDictionary<string, SimNode>(StringComparer.Ordinal))
    {
    }

    private SimDirectoryNode(SortedDictionary<string, SimNode> synced)
    {
        _synced = synced;
        Names = new SortedDictionary<string, SimNode>(synced, StringComparer.Ordinal);
    }

    internal SortedDictionary<string, SimNode> Names { get; }

    /// <summary>Makes one atomic change of names, to be safe after <see cref="Sync"/>.</summary>
    internal void Change(Action<SortedDictionary<string, SimNode>> change)
    {
        change(Names);
        _pending.Add(change);
    }

    internal void Sync()
    {
        foreach (var change in _pending)
        {
            change(_synced);
        }

        _pending.Clear();
    }

    protected override SimNode MakeSurvivor(CutChoice choice, Dictionary<SimNode, SimNode> survivors)
    {
        var names = new SortedDictionary<string, SimNode>(_synced, StringComparer.Ordinal);
        foreach (var change in _pending.Take(choice.Prefix(_pending.Count)))
        {
            change(names);
        }

        var left = new SortedDictionary<string, SimNode>(StringComparer.Ordinal);
        foreach (var (name, node) in names)
        {
            left[name] = node.AfterCut(choice, survivors);
        }

        return new SimDirectoryNode(left);
    }
}
