using System.Runtime.InteropServices;

namespace Netcd.Server.Loops;

/// <summary>One input of the raft loop; which parts are set follows from the kind.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RaftInput(RaftInputKind Kind, ulong Id, ReadOnlyMemory<byte> Data, object? Item)
{
    internal static RaftInput Of(RaftInputKind kind, ulong id = 0, object? item = null) => new(kind, id, default, item);
}
