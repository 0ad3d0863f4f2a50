namespace Netcd.Bbolt.Writing;

/// <summary>
/// One element of a page being changed. The key lies at <see cref="Location"/> (in the file's map or in the arena) and
/// the value right behind it, so neither is copied before the page is written and the collector sees no reference.
/// </summary>
/// <param name="Location">Place of the key, understood by <see cref="WriteSpace"/>.</param>
/// <param name="ChildOrFlags">In a branch the child page; in a leaf the element's flags.</param>
/// <param name="KeyBytes">Length of the key.</param>
/// <param name="ValueBytes">Length of the value; 0 in a branch.</param>
internal readonly record struct Slot(long Location, ulong ChildOrFlags, int KeyBytes, int ValueBytes)
{
    public bool IsBucket => ((uint)ChildOrFlags & Pages.PageFormat.BucketElementFlag) != 0;
}
