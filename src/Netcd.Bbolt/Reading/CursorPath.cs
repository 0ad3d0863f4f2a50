using System.Runtime.CompilerServices;

namespace Netcd.Bbolt.Reading;

/// <summary>Branch levels of a cursor from the root down, kept inside the cursor so that it needs no heap.</summary>
[InlineArray(Limits.TreeDepthMax)]
internal struct CursorPath
{
    private CursorLevel _first;
}
