namespace Netcd.Bbolt.Writing;

/// <summary>A page to be written: a range of a node's slots and the pages it goes to.</summary>
internal readonly record struct DirtyPage(Slot[] Slots, int Start, int Count, bool IsLeaf, int PageId, int PageCount);
