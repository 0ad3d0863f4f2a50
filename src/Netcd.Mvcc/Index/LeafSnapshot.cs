namespace Netcd.Mvcc;

/// <summary>A reader's private copy of a leaf.</summary>
internal sealed class LeafSnapshot
{
    public readonly byte[] Bytes = new byte[KeyPage.SizeBytes];

    /// <summary>
    /// Structure version of the tree at the copy: while it lasts, the leaf's neighbour is the same page.
    /// </summary>
    public int StructureVersion { get; set; }

    public KeyPage Page => new(Bytes);
}
