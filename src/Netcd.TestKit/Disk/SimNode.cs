namespace Netcd.TestKit.Disk;

/// <summary>A file or a directory of <see cref="SimDisk"/>, apart from the names it goes by.</summary>
internal abstract class SimNode
{
    /// <summary>What is left after a power cut, as a new node without unsynced changes.</summary>
    /// <param name="choice">Which unsynced changes survive.</param>
    /// <param name="survivors">Nodes already made, so that one node under two names stays one.</param>
    internal SimNode AfterCut(CutChoice choice, Dictionary<SimNode, SimNode> survivors)
    {
        if (!survivors.TryGetValue(this, out var survivor))
        {
            survivor = MakeSurvivor(choice, survivors);
            survivors[this] = survivor;
        }

        return survivor;
    }

    protected abstract SimNode MakeSurvivor(CutChoice choice, Dictionary<SimNode, SimNode> survivors);
}
